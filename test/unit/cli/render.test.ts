import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { clip, coloured, duration, plain } from '../../../cli/format.ts';
import { describeDiff } from '../../../cli/plan-diff.ts';
import { ProgressTree } from '../../../cli/progress-tree.ts';
import { PlainRenderer } from '../../../cli/render-plain.ts';
import { report } from '../../../cli/report.ts';
import { table } from '../../../cli/table.ts';
import { describeTeardownPlan } from '../../../cli/teardown-plan.ts';
import { Timeline } from '../../../cli/timeline.ts';
import { createRenderer } from '../../../cli/watch.ts';
import { arnOf, map, parallel, sequence } from './history.ts';

const provision = () => new Timeline(arnOf('provision')).apply(sequence);
const validate = () => new Timeline(arnOf('validate', 'dev-1-v')).apply(parallel);
const sweep = () => new Timeline(arnOf('sweep')).apply(map);

function rendered(events: ReturnType<typeof provision>): string[] {
  const lines: string[] = [];
  const renderer = new PlainRenderer((line) => lines.push(line), { timeZone: 'UTC' });
  for (const event of events) renderer.event(event);
  return lines;
}

describe('plain lines', () => {
  test('tell what an operator would look for', () => {
    expect(rendered(provision())).toEqual([
      '12:00:00  provision  started dev-1               ▸  times in UTC',
      '12:00:00  provision  Check request               ✓ 0.4 s',
      '12:00:00  provision  Plan stack                  …  build runbook-terraform:77',
      '12:01:36  provision  Plan stack                  ✓ 96.2 s  add 83, destroy 0',
      '12:01:36  provision  Validate environment        …  execution dev-1-v',
      '12:02:00  provision  Validate environment        ✓ 23.3 s',
      '12:02:00  provision  SUCCEEDED                   ✓ 2 min 0 s  ready',
    ]);
  });

  test('tell what each check observed, and where the evidence lies', () => {
    expect(rendered(validate()).slice(1)).toEqual([
      '12:00:01  validate     Check ALB health          ✓ 1.0 s  200 UP',
      '12:00:01  validate     Check SQS backlog         ↻ attempt 1  3 messages',
      '12:00:04  validate     Check SQS backlog         ✗ 4.0 s  3 messages',
      '12:00:04  validate   Run checks                  ✓ 4.0 s',
      '12:00:05  validate   Write evidence              ✓ 1.0 s',
      '12:00:05  validate   FAILED                      ✗ 5.0 s  ValidationFailed: sqs-backlog failed',
      '          ✗ sqs-backlog  3 messages',
      '                         expected e',
      '          evidence  s3://b/x/report.html',
    ]);
  });

  test('give each part of an observation a line of its own', () => {
    const [check] = validate().filter(({ check, status }) => check && status === 'succeeded');
    if (!check?.check) throw new Error('no check in the history');
    const observed = 'api: 1/1 running; worker: 0/1 running';
    expect(rendered([{ ...check, check: { ...check.check, observed } }]).slice(-2)).toEqual([
      '                         api: 1/1 running',
      '                         worker: 0/1 running',
    ]);
  });

  test('tell what went wrong and was provided for', () => {
    const [event] = provision().filter(({ state, status }) => state?.name === 'Plan stack' && status === 'succeeded');
    if (!event) throw new Error('no plan in the history');
    const timeout = { ...event, status: 'failed' as const, caught: true as const, detail: 'States.Timeout' };
    expect(rendered([timeout]).at(-1)).toBe(
      '12:01:36  provision  Plan stack                  ! 96.2 s  caught: States.Timeout',
    );
  });

  test('tell a failure to its end, where the last line names what to do', () => {
    const [event] = provision().filter(({ state, status }) => state?.name === 'Plan stack' && status === 'succeeded');
    if (!event) throw new Error('no plan in the history');
    const detail = `SafetyError: environment "demo" is protected ${'by somebody '.repeat(20)}: npx runbook protect demo --lift`;
    expect(rendered([{ ...event, status: 'failed', detail }]).at(-1)).toMatch(/npx runbook protect demo --lift$/);
  });

  test('tell the verdict of a sweep and what is left, not every service', () => {
    expect(rendered(sweep()).slice(1)).toEqual([
      '12:00:01  sweep        Look for leftovers (rds)  ✗ 1.0 s  Lambda.Unknown: killed',
      '12:00:02  sweep      First pass                  ✓ 2.0 s',
      '12:00:02  sweep      Let deletions settle        …',
      '12:00:12  sweep      Let deletions settle        ✓ 10.0 s',
      '12:00:13  sweep      Give verdict                ✓ 1.0 s  1 resource is left',
      '12:00:13  sweep      FAILED                      ✗ 13.0 s  Leftovers: ecr repository',
      '          LEFTOVERS  1 resource is left',
      '          ✗ ecr repository order-platform-dev-v3-api  still there',
      '          certificate  s3://b/sweep.json',
    ]);
  });

  test('say a success once, and again at the end of an execution alone', () => {
    const [event] = provision().filter(({ state, status }) => state?.name === 'Plan stack' && status === 'succeeded');
    if (!event) throw new Error('no plan in the history');
    const { state: _, ...execution } = event;
    const summary = 'nothing is left; 59 confirmed gone in 2 passes';
    const swept = { verdict: 'CLEAN', summary, leftovers: [], unknown: [] } as const;
    const lines = rendered([
      { ...event, detail: summary },
      { ...execution, detail: summary, end: { status: 'SUCCEEDED', checks: [], sweep: swept } },
      { ...event, detail: summary },
      { ...event, detail: undefined },
      { ...event, detail: summary },
      { ...execution, detail: summary, end: { status: 'SUCCEEDED', checks: [] } },
      { ...event, detail: 'add 1' },
    ] as Parameters<typeof rendered>[0]);
    const of = (text: string) => lines.flatMap((line, index) => (line.endsWith(text) ? [index] : []));
    // The third line is that of the sweep's verdict.
    expect([lines.length, of(summary), of('add 1')]).toEqual([8, [0, 2, 6], [7]]);
  });

  test('tell a failure once: what fails with it names it', () => {
    const [event] = provision().filter(({ state, status }) => state?.name === 'Plan stack' && status === 'succeeded');
    const [start] = provision();
    if (!event || !start) throw new Error('no plan in the history');
    const why = 'build runbook-terraform:77 FAILED in BUILD: Error: VpcLimitExceeded: the maximum is reached';
    const { state: _, ...execution } = event;
    const lines = rendered([
      { ...event, status: 'failed', detail: why },
      { ...execution, status: 'failed', detail: `States.TaskFailed: ${why}`, end: { status: 'FAILED', checks: [] } },
      { ...event, status: 'failed', detail: 'aborted' },
      { ...event, status: 'failed', detail: 'aborted' },
    ]);
    expect(lines.map((line) => line.split('  ').at(-1))).toEqual([
      why,
      'States.TaskFailed, see above',
      'aborted',
      'aborted',
    ]);
  });

  test('repeat a retry only when it has something new to say', () => {
    const [retry] = validate().filter(({ status }) => status === 'retrying');
    if (!retry) throw new Error('no retry in the history');
    expect(rendered([retry, { ...retry, attempt: 2 }, { ...retry, attempt: 3, detail: '2 messages' }])).toHaveLength(2);
  });

  test('are what a stream gets that is no terminal, without a colour', () => {
    const written: string[] = [];
    const stream = new Writable({
      write(chunk, _, done) {
        written.push(String(chunk));
        done();
      },
    });
    const renderer = createRenderer(stream);
    for (const event of validate()) renderer.event(event);
    renderer.end();
    expect(written.join('')).toContain('Check ALB health');
    expect(written.join('')).not.toContain('\u001b');
  });
});

describe('the progress tree', () => {
  const now = new Date('2026-03-01T12:01:40Z');
  const until = (events: ReturnType<typeof provision>, second: number) =>
    events.filter(({ at }) => at.getTime() <= Date.parse('2026-03-01T12:00:00Z') + second * 1_000);
  const lines = (tree: ProgressTree, max = 20) => tree.lines(now, max, 100, plain).map((line) => line.slice(2));

  test('shows what is open, the nested execution below the state that waits for it', () => {
    const tree = new ProgressTree();
    for (const event of [...until(provision(), 100), ...until(validate(), 3)]) tree.apply(event);
    expect(lines(tree)).toEqual([
      'provision  Validate environment  3.3 s  execution dev-1-v',
      '  validate  Run checks  1 min 40 s',
      '    validate  Check SQS backlog  1 min 40 s  attempt 2: 3 messages',
    ]);
  });

  test('is empty when all has ended', () => {
    const tree = new ProgressTree();
    for (const event of [...provision(), ...validate()]) tree.apply(event);
    expect(lines(tree)).toEqual([]);
  });

  test('fits on the screen', () => {
    const tree = new ProgressTree();
    for (const event of until(sweep(), 0)) tree.apply(event);
    expect(lines(tree)).toHaveLength(3);
    expect(lines(tree, 2)).toEqual([expect.stringContaining('First pass'), 'and 2 more']);
    for (const line of tree.lines(now, 9, 40, plain)) expect(line.length).toBeLessThanOrEqual(48);
  });
});

describe('words', () => {
  test.each([
    [400, '0.4 s'],
    [96_249, '96.2 s'],
    [192_400, '3 min 12 s'],
    [119_700, '2 min 0 s'],
  ])('%d ms is %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  test('clip to one line', () => {
    expect(clip(' a\n  b ', 9)).toBe('a b');
    expect(clip('abcdef', 4)).toBe('abc…');
  });

  test('are coloured only where asked', () => {
    expect(coloured('red', 'x')).toBe('\u001b[31mx\u001b[39m');
    expect(plain('red', 'x')).toBe('x');
  });
});

/**
 * Log lines, bodies of answers and names come from other people. Their control characters are shown and move nothing on
 * a screen.
 */
describe('what is no character to be read', () => {
  // The sequences clear the line and write another one, hide the text that follows, clear the line with a single
  // character, and reverse the direction of the text.
  const HOSTILE = '1 error: \u001b[2K\r✓ passed\u001b[8m \u009b2K\u0007\u202e';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  const MOVES = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
  const finding = {
    service: 'logs',
    type: 'log-group',
    id: HOSTILE,
    status: 'PRESENT',
    source: 'name',
    reason: HOSTILE,
  } as const;
  const check = { check: 'worker-logs', status: 'failed', expected: HOSTILE, observed: HOSTILE } as const;
  const end = {
    ...{ status: 'FAILED', checks: [check] },
    sweep: { verdict: 'LEFTOVERS', summary: HOSTILE, leftovers: [finding], unknown: [finding] },
  } as unknown as Parameters<typeof report>[0];

  test.each<[string, () => string]>([
    ['one line', () => clip(HOSTILE, 200)],
    ['a report', () => report(end, plain).join('\n')],
    [
      'a plan',
      () =>
        describeDiff([
          { address: HOSTILE, action: 'change', attributes: [{ name: HOSTILE, before: HOSTILE, after: '' }] },
        ]).join('\n'),
    ],
    [
      'the plan of a teardown',
      () =>
        describeTeardownPlan({
          destroy: 1,
          resources: [{ address: HOSTILE, id: HOSTILE, usdPerHour: 0 }],
          usdPerHour: 0,
          unmanaged: [finding],
          kept: [finding],
          blockers: [HOSTILE],
        }).join('\n'),
    ],
    ['a table', () => table([['failed', HOSTILE]]).join('\n')],
  ])('is written out in %s', (_, show) => {
    expect(show()).not.toMatch(MOVES);
    expect(show()).toContain('\\u001b[8m');
  });
});
