import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { describe, expect, test } from 'vitest';
import { Timeline } from '../../../cli/timeline.ts';
import type { TimelineEvent } from '../../../cli/timeline-event.ts';
import { arnOf, history, map, parallel, type Row, sequence } from './history.ts';

const arn = arnOf('provision');

/** Returns a line such as `Run checks > Check ALB health: succeeded 1 s | detail`. */
function brief({ state, status, durationMs, attempt, detail }: TimelineEvent): string {
  const path = state ? [...state.within.map(({ name }) => name), state.name].join(' > ') : '*';
  const iteration = state?.iteration === undefined ? '' : ` [${state.iteration}]`;
  const took = status === 'succeeded' || status === 'failed' ? ` ${durationMs / 1_000} s` : '';
  return `${path}${iteration}: ${status}${attempt ? ` ${attempt}` : ''}${took}${detail ? ` | ${detail}` : ''}`;
}

const timelineOf = (events: readonly HistoryEvent[]) => new Timeline(arn).apply(events);
const briefs = (events: readonly HistoryEvent[]) => timelineOf(events).map(brief);

describe('a sequence of states', () => {
  test('tells each state, what it waits for and how long it took', () => {
    expect(briefs(sequence)).toEqual([
      '*: entered',
      'Check request: entered',
      'Check request: succeeded 0.4 s',
      'Plan stack: entered',
      'Plan stack: waiting | build runbook-terraform:77',
      'Plan stack: succeeded 96.2 s | add 83, destroy 0',
      'Validate environment: entered',
      'Validate environment: waiting | execution dev-1-v',
      'Validate environment: succeeded 23.3 s',
      'Done?: entered',
      'Done?: succeeded 0 s',
      'Environment ready: entered',
      'Environment ready: succeeded 0 s | ready',
      '*: succeeded 120 s | ready',
    ]);
  });

  test('names the nested execution, and the execution itself', () => {
    const events = timelineOf(sequence);
    expect(events.flatMap(({ child }) => child ?? [])).toEqual([arnOf('validate', 'dev-1-v')]);
    expect(events[0]?.execution).toEqual({ arn, name: 'dev-1', machine: 'runbook-provision' });
    expect(events.at(-1)?.end).toMatchObject({ status: 'SUCCEEDED', output: '{"summary":"ready"}' });
  });

  test.each([1, 2, 3, 7])('is the same in portions of %d events', (size) => {
    for (const whole of [sequence, parallel, map]) {
      const timeline = new Timeline(arn);
      const events: TimelineEvent[] = [];
      for (let from = 0; from < whole.length; from += size) {
        events.push(...timeline.apply(whole.slice(from, from + size)));
      }
      const byWhat = (all: TimelineEvent[]) => all.map(brief).sort();
      expect(byWhat(events)).toEqual(byWhat(timelineOf(whole)));
    }
  });
});

describe('Parallel', () => {
  test('tells the branches apart, though their events interleave', () => {
    expect(briefs(parallel)).toEqual([
      '*: entered',
      'Run checks: entered',
      'Run checks > Check ALB health: entered',
      'Run checks > Check SQS backlog: entered',
      'Run checks > Check ALB health: succeeded 1 s | 200 UP',
      'Run checks > Check SQS backlog: retrying 1 | 3 messages',
      'Run checks > Check SQS backlog: failed 4 s | 3 messages',
      'Run checks > Report SQS backlog: entered',
      'Run checks > Report SQS backlog: succeeded 0 s | 3 messages',
      'Run checks: succeeded 4 s',
      'Write evidence: entered',
      'Write evidence: succeeded 1 s',
      'Validation failed: entered',
      'Validation failed: failed 0 s | ValidationFailed: sqs-backlog failed',
      '*: failed 5 s | ValidationFailed: sqs-backlog failed',
    ]);
  });

  test('gathers the check results and where the evidence lies', () => {
    expect(timelineOf(parallel).at(-1)?.end).toMatchObject({
      status: 'FAILED',
      error: 'ValidationFailed',
      evidence: 's3://b/x/report.html',
      checks: [
        { check: 'alb-health', status: 'passed', observed: '200 UP' },
        { check: 'sqs-backlog', status: 'failed', observed: '3 messages' },
      ],
    });
  });

  const failing: Row[] = [
    [0, 0, 'ExecutionStarted', {}],
    [0, 0, 'ParallelStateEntered', { name: 'Outer', input: '{}' }],
    [0, 2, 'ParallelStateStarted'],
    [0, 3, 'WaitStateEntered', { name: 'Sleep', input: '{}' }],
    [0, 3, 'ParallelStateEntered', { name: 'Inner', input: '{}' }],
    [0, 5, 'ParallelStateStarted'],
    [0, 6, 'TaskStateEntered', { name: 'Work', input: '{}' }],
    [0, 7, 'TaskScheduled', { resourceType: 'lambda', resource: 'invoke', parameters: 'w' }],
    [1, 8, 'TaskFailed', { error: 'Boom', cause: 'no luck' }],
    [1, 9, 'ParallelStateFailed'],
    [1, 10, 'ParallelStateFailed'],
    [1, 9, 'WaitStateAborted'],
  ];

  test('that fails takes along what is open in it, from the inside out', () => {
    const end: Row = [1, 11, 'ExecutionFailed', { error: 'Boom', cause: 'no luck' }];
    expect(briefs(history([...failing, end])).slice(5)).toEqual([
      'Outer > Inner > Work: failed 1 s | Boom: no luck',
      'Outer > Sleep: failed 1 s | aborted',
      'Outer > Inner: failed 1 s | Boom: no luck',
      'Outer: failed 1 s | Boom: no luck',
      '*: failed 1 s | Boom: no luck',
    ]);
  });

  test('can be retried as a whole', () => {
    const again: Row[] = [
      [3, 11, 'ParallelStateStarted'],
      [3, 13, 'PassStateEntered', { name: 'Sleep', input: '{}' }],
      [3, 14, 'PassStateExited', { name: 'Sleep', output: '{}' }],
      [3, 15, 'ParallelStateSucceeded'],
      [3, 16, 'ParallelStateExited', { name: 'Outer', output: '{}' }],
    ];
    expect(briefs(history([...failing, ...again])).slice(8)).toEqual([
      'Outer: retrying 1 | Boom: no luck',
      'Outer > Sleep: entered',
      'Outer > Sleep: succeeded 0 s',
      'Outer: succeeded 3 s',
    ]);
  });
});

describe('Map', () => {
  test('names iterations by their item, and goes on past a failure that is tolerated', () => {
    expect(briefs(map)).toEqual([
      '*: entered',
      'First pass: entered',
      'First pass > Look for leftovers [ecs]: entered',
      'First pass > Look for leftovers [rds]: entered',
      'First pass > Look for leftovers [rds]: failed 1 s | Lambda.Unknown: killed',
      'First pass > Skip [2]: entered',
      'First pass > Skip [2]: succeeded 0 s',
      'First pass > Look for leftovers [ecs]: succeeded 2 s',
      'First pass: succeeded 2 s',
      'Let deletions settle: waiting',
      'Let deletions settle: succeeded 10 s',
      'Give verdict: entered',
      'Give verdict: succeeded 1 s | 1 resource is left',
      '*: failed 13 s | Leftovers: ecr repository',
    ]);
  });

  test('keeps the full report of a sweep', () => {
    const { sweep } = timelineOf(map).at(-1)?.end ?? {};
    expect(sweep).toMatchObject({ verdict: 'LEFTOVERS', certificate: 's3://b/sweep.json' });
    expect(sweep?.leftovers.map(({ id }) => id)).toEqual(['order-platform-dev-v3-api']);
  });
});

describe('failures', () => {
  const failed = history([
    [0, 0, 'ExecutionStarted', {}],
    [0, 0, 'TaskStateEntered', { name: 'Apply plan', input: '{}' }],
    [0, 2, 'TaskScheduled', { resourceType: 'codebuild', resource: 'startBuild.sync', parameters: 'p' }],
    [9, 3, 'TaskFailed', { error: 'CodeBuild.BuildFailed', cause: 'x' }],
  ]);

  test('are announced as a retry when nothing follows them for a while', () => {
    const timeline = new Timeline(arn);
    expect(timeline.apply(failed).map(brief)).toEqual(['*: entered', 'Apply plan: entered']);
    expect(timeline.apply([])).toEqual([]);
    const announced = timeline.apply([]);
    expect(announced.map(brief)).toEqual(['Apply plan: retrying 1 | CodeBuild.BuildFailed: x']);
    expect(timeline.apply([])).toEqual([]);
    const [next] = history([[20, 4, 'TaskScheduled', { parameters: 'p' }]]);
    expect(timeline.apply([{ ...next, id: 5 } as HistoryEvent])).toEqual([]);
  });

  test.each<[string, Row, string]>([
    ['failed', [9, 4, 'ExecutionFailed', { error: 'E', cause: 'c' }], 'CodeBuild.BuildFailed: x'],
    ['aborted', [10, 0, 'ExecutionAborted', { error: 'Operator', cause: 'stop' }], 'CodeBuild.BuildFailed: x'],
  ])('of an execution that %s end its open states', (_, end, detail) => {
    const timeline = new Timeline(arn);
    timeline.apply(failed);
    const [event] = history([end]);
    const [state, execution] = timeline.apply([{ ...event, id: 5 } as HistoryEvent]);
    expect(state).toMatchObject({ status: 'failed', detail });
    expect(execution).toMatchObject({ status: 'failed', end: { error: end[3]?.error } });
  });

  test('can be redriven: the task goes on where it was', () => {
    const redriven = history([
      [0, 0, 'ExecutionStarted', {}],
      [0, 0, 'TaskStateEntered', { name: 'Apply plan', input: '{}' }],
      [0, 2, 'TaskScheduled', { resourceType: 'codebuild', resource: 'startBuild.sync', parameters: 'p' }],
      [9, 3, 'TaskFailed', { error: 'E', cause: 'c' }],
      [9, 4, 'ExecutionFailed', { error: 'E', cause: 'c' }],
      [60, 5, 'ExecutionRedriven', { redriveCount: 1 }],
      [60, 6, 'TaskScheduled', { resourceType: 'codebuild', resource: 'startBuild.sync', parameters: 'p' }],
      [70, 7, 'TaskSucceeded', { output: '{}' }],
      [70, 8, 'TaskStateExited', { name: 'Apply plan', output: '{}' }],
      [70, 9, 'ExecutionSucceeded', { output: '{}' }],
    ]);
    expect(briefs(redriven).slice(3)).toEqual([
      '*: failed 9 s | E: c',
      '*: retrying | redriven',
      'Apply plan: entered | redriven',
      'Apply plan: succeeded 70 s',
      '*: succeeded 70 s',
    ]);
  });
});
