import { describe, expect, test } from 'vitest';
import { BuildProgress } from '../../../cli/build-progress.ts';
import { plain } from '../../../cli/format.ts';
import { ProgressTree } from '../../../cli/progress-tree.ts';
import { PlainRenderer } from '../../../cli/render-plain.ts';
import { TerraformProgress } from '../../../cli/terraform-progress.ts';
import { Timeline } from '../../../cli/timeline.ts';
import { arnOf, history } from './history.ts';
import { anAccount } from './support/cli.ts';

const json = (type: string, addr: string) =>
  JSON.stringify({ '@message': `${addr}: …`, type, hook: { resource: { addr } } });

/** Each row has the lines of one apply and the progress after all of them. */
const lines: [string, string[], object][] = [
  [
    'as Terraform prints them',
    [
      'Plan: 4 to add, 1 to change, 0 to destroy.',
      'aws_vpc.main: Refreshing state... [id=vpc-1]',
      'data.aws_region.x: Reading...',
      'aws_vpc.main: Creating...',
      'aws_sqs_queue.q["a: b"]: Creating...',
      'aws_vpc.main: Still creating... [10s elapsed]',
      'aws_vpc.main: Creation complete after 11s [id=vpc-1]',
      'aws_lb.main: Modifying... [id=lb]',
      'aws_lb.main: Still modifying... [id=lb, 00m10s elapsed]',
      'aws_iam_role.r: Creating...',
      'aws_iam_role.r: Creation errored after 2s',
      'Error: aws_iam_role.r: denied',
      'not a line of Terraform: Creating a mess',
    ],
    { done: 1, failed: 1, planned: 5, underWay: ['aws_sqs_queue.q["a: b"]', 'aws_lb.main'] },
  ],
  [
    'as JSON',
    [
      JSON.stringify({ type: 'change_summary', changes: { add: 4, change: 1, remove: 0, operation: 'plan' } }),
      json('apply_start', 'aws_vpc.main'),
      json('apply_progress', 'aws_vpc.main'),
      json('apply_complete', 'aws_vpc.main'),
      json('apply_start', 'aws_lb.main'),
      json('apply_errored', 'aws_lb.main'),
      json('apply_progress', 'aws_db_instance.main'),
      json('refresh_start', 'aws_x.y'),
      JSON.stringify({ type: 'change_summary', changes: { add: 1, change: 0, remove: 0, operation: 'apply' } }),
      '{"type":"apply_start"}',
      '{"cut',
    ],
    { done: 1, failed: 1, planned: 5, underWay: ['aws_db_instance.main'] },
  ],
  [
    'of a destroy',
    [
      'aws_vpc.main: Destroying... [id=vpc-1]',
      'aws_x.y (deposed object 77): Destroying... [id=x]',
      'aws_vpc.main: Destruction complete after 1s',
      'aws_db_instance.main: Still destroying... [id=db, 2m30s elapsed]',
    ],
    { done: 1, failed: 0, planned: 76, underWay: ['aws_x.y (deposed object 77)', 'aws_db_instance.main'] },
  ],
  [
    'whose lines name a part of the build',
    [
      'stack: Plan: 2 to add, 0 to change, 1 to destroy.',
      'stack: aws_vpc.main: Creating...',
      'stack: aws_vpc.main: Creation complete after 1s [id=v]',
    ],
    { done: 1, failed: 0, planned: 3, underWay: [] },
  ],
  ['of nothing', [], { done: 0, failed: 0, planned: 76, underWay: [] }],
];

test.each(lines)('the lines of a build, %s', (_, all, wanted) => {
  const terraform = new TerraformProgress(76);
  for (const [at, line] of all.entries()) terraform.apply(line, at * 1_000);
  const { underWay, ...rest } = terraform.progress;
  expect({ ...rest, underWay: underWay.map(({ address }) => address) }).toEqual(wanted);
});

const BUILD = 'runbook-terraform:5633206f-1111-2222-3333-444455556666';
const build = { resourceType: 'codebuild', resource: 'startBuild.sync' };
const START = Date.parse('2026-03-01T12:00:00Z');
const applying = history([
  [0, 0, 'ExecutionStarted', { input: '{}' }],
  [0, 0, 'TaskStateEntered', { name: 'Plan stack', input: '{}' }],
  [1, 2, 'TaskStateExited', { name: 'Plan stack', output: '{"add":70,"change":2,"destroy":0}' }],
  [2, 3, 'TaskStateEntered', { name: 'Apply plan', input: '{}' }],
  [2, 4, 'TaskScheduled', { ...build, parameters: '{}' }],
  [2, 5, 'TaskStarted', build],
  [3, 6, 'TaskSubmitted', { ...build, output: JSON.stringify({ Build: { Id: BUILD } }) }],
]);
const over = history([
  ...applying.map((): [number, number, 'ExecutionStarted'] => [0, 0, 'ExecutionStarted']),
  [200, 7, 'TaskSucceeded', { ...build, output: '{"Build":{}}' }],
  [200, 8, 'TaskStateExited', { name: 'Apply plan', output: '{}' }],
]).slice(applying.length);

function applied(log: readonly string[] | (() => never)) {
  let looks = 0;
  const account = anAccount({
    BatchGetBuilds: () => ({
      builds: [{ id: BUILD, startTime: new Date(START), logs: { groupName: 'g', streamName: 's' } }],
    }),
    FilterLogEvents: () => {
      looks += 1;
      const all = typeof log === 'function' ? log() : log;
      return {
        events: all.map((message, index) => ({ eventId: `${index}`, timestamp: START + index * 10_000, message })),
      };
    },
  });
  const timeline = new Timeline(arnOf('provision'));
  const progress = new BuildProgress(account);
  const events = timeline.apply(applying);
  for (const event of events) progress.event(event);
  const end = () => {
    for (const event of timeline.apply(over)) progress.event(event);
  };
  return { progress, events, end, looks: () => looks };
}

const log = [
  'aws_vpc.main: Creating...',
  'aws_db_instance.main: Creating...',
  'aws_vpc.main: Creation complete after 11s [id=vpc-1]',
  'aws_lb.main: Creating...',
];

describe('what a build is at', () => {
  test('counts against the plan that was made before, and ends with its state', async () => {
    const { progress, end } = applied(log);
    const [first] = (await progress.look()) ?? [];
    expect(first?.progress).toMatchObject({ done: 1, planned: 72 });
    const [again] = (await progress.look()) ?? [];
    expect(again?.progress).toEqual(first?.progress);
    end();
    expect(await progress.look()).toEqual([]);
  });

  test.each([
    ['AccessDeniedException', 403, 1],
    ['ThrottlingException', 400, 2],
  ])('%s leaves the build without details', async (name, httpStatusCode, wanted) => {
    const { progress, looks } = applied(() => {
      throw Object.assign(new Error('no'), { name, $metadata: { httpStatusCode } });
    });
    await progress.look();
    const [state] = (await progress.look()) ?? [];
    expect(state?.progress).toMatchObject({ done: 0, underWay: [] });
    expect(looks()).toBe(wanted);
  });

  test('a pipe gets a line a minute, and no more', async () => {
    const { progress, events } = applied(log);
    const written: string[] = [];
    const renderer = new PlainRenderer((line) => written.push(line), { timeZone: 'UTC' });
    for (const event of events) renderer.event(event);
    written.length = 0;
    for (let seconds = 5; seconds <= 190; seconds += 5) {
      renderer.progress((await progress.look()) ?? [], new Date(START + seconds * 1_000));
    }
    expect(written).toEqual([
      '12:01:05  provision  Apply plan                  …  63.0 s, 1 of 72 done, at work: aws_db_instance.main 55 s, aws_lb.main 35 s',
      '12:02:05  provision  Apply plan                  …  2 min 3 s, 1 of 72 done, at work: aws_db_instance.main 1 min, aws_lb.main 1 min',
      '12:03:05  provision  Apply plan                  …  3 min 3 s, 1 of 72 done, at work: aws_db_instance.main 2 min, aws_lb.main 2 min',
    ]);
  });

  test('a build without output is reported as running', async () => {
    const { progress } = applied([]);
    const written: string[] = [];
    const renderer = new PlainRenderer((line) => written.push(line), { timeZone: 'UTC' });
    renderer.progress((await progress.look()) ?? [], new Date(START + 65_000));
    expect(written).toEqual(['12:01:05  provision  Apply plan                  …  63.0 s']);
  });

  test('a terminal shows it below the state that waits, one line each', async () => {
    const { progress, events } = applied(log);
    const tree = new ProgressTree();
    for (const event of events) tree.apply(event);
    tree.progress((await progress.look()) ?? []);
    const shown = tree.lines(new Date(START + 65_000), 20, 60, plain);
    expect(shown.slice(1)).toEqual(['    1 of 72 done', '    aws_db_instance.main 55 s', '    aws_lb.main 35 s']);
    expect(shown[0]).toContain('provision  Apply plan  63.0 s');
  });
});
