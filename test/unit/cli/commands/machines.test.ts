import type { GetExecutionHistoryCommandInput, HistoryEvent, StartExecutionCommandInput } from '@aws-sdk/client-sfn';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test } from 'vitest';
import { aRecord } from '../../lambdas/support/fixtures.ts';
import { history } from '../history.ts';
import { anAccount, type Given, runCli } from '../support/cli.ts';

/** The time is 14:50 on a Saturday, in the local time zone. */
const now = new Date(2026, 0, 31, 14, 50).getTime();
const inHours = (hours: number) => `${new Date(now + hours * 3_600_000).toISOString().slice(0, 19)}Z`;

/** Returns machines whose executions have the history `events`, and `answered` after an answer to the approval. */
function machines(events: readonly HistoryEvent[] = [], answered?: readonly HistoryEvent[]) {
  const inputs: unknown[] = [];
  const answers: unknown[] = [];
  /** The second read of the history aborts it. */
  const interrupt = new AbortController();
  let looks = 0;
  const account = anAccount({
    GetItem: () => ({ Item: marshall(aRecord({ expiresAt: inHours(5) }), { removeUndefinedValues: true }) }),
    StartExecution: ({ stateMachineArn = '', input = '' }: StartExecutionCommandInput) => {
      inputs.push(JSON.parse(input));
      return { executionArn: `${stateMachineArn.replace('stateMachine', 'execution')}:x` };
    },
    GetExecutionHistory: ({ reverseOrder }: GetExecutionHistoryCommandInput) => {
      looks += reverseOrder ? 1 : 0;
      if (looks > 1) interrupt.abort();
      const all = answers.length > 0 && answered ? answered : events;
      return { events: reverseOrder ? [...all].reverse() : all };
    },
    SendTaskSuccess: ({ output = '' }: { output?: string }) => {
      answers.push(JSON.parse(output));
      return {};
    },
  });
  return { account, inputs, answers, signal: interrupt.signal };
}

async function started(...args: string[]) {
  const { account, inputs } = machines();
  const { err, code } = await runCli([...args, '--no-wait', '--reason', 'x'], { account, now });
  return { err, code, input: inputs[0] };
}

describe('an environment that must exist', () => {
  const COMMANDS: readonly (readonly string[])[] = [
    ['deploy'],
    ['validate'],
    ['extend', '--hours', '1', '--reason', 'x'],
    ['extend', '--until', '23:00', '--reason', 'x'],
    ['protect', '--lift', '--reason', 'x'],
  ];
  /** Returns an account with these records, and the inputs of the executions that were started in it. */
  function among(records: readonly object[], denied?: 'GetItem' | 'Scan') {
    const inputs: string[] = [];
    const deny = () => {
      throw Object.assign(new Error('no'), { name: 'AccessDeniedException' });
    };
    const items = records.map((one) => marshall(aRecord(one), { removeUndefinedValues: true }));
    const answers = {
      GetItem: ({ Key }: { Key: { environment: { S: string } } }) => ({
        Item: items.find((item) => item.environment?.S === Key.environment.S),
      }),
      Scan: () => ({ Items: items }),
      StartExecution: ({ input = '' }: StartExecutionCommandInput) => {
        inputs.push(input);
        return { executionArn: 'arn:aws:states:eu-west-1:123456789012:execution:runbook-validate:x' };
      },
    };
    return { inputs, account: anAccount({ ...answers, ...(denied ? { [denied]: deny } : {}) }) };
  }
  const run = (account: Given['account'], name: string, [command, ...options]: readonly string[]) =>
    runCli([command ?? '', name, ...options, '--no-wait'], { ...(account ? { account } : {}), now });
  const many = Array.from({ length: 14 }, (_, index) => ({ environment: `pr-${index + 10}` }));

  test.each(
    COMMANDS.flatMap((command) => [
      {
        command,
        name: 'dmeo',
        records: [{ environment: 'dev' }, { environment: 'demo' }],
        says: 'did you mean "demo"? There are demo, dev',
      },
      { command, name: 'nope', records: [{ environment: 'dev' }], says: 'is not known here: there is dev' },
      { command, name: 'nope', records: [], says: 'is not known here: there is no environment yet' },
      { command, name: 'nope', records: many, says: 'pr-18, pr-19, and 4 more (npx runbook status)' },
      {
        command,
        name: 'old',
        records: [{ environment: 'dev' }, { environment: 'old', status: 'GONE' }],
        says: 'environment "old" is GONE: there is dev. A new one: npx runbook provision old',
      },
    ]),
  )('$command.0 $name is refused at the prompt: $says', async ({ command, name, records, says }) => {
    const { account, inputs } = among(records);
    const { code, err, out } = await run(account, name, command);
    expect({ code, out, inputs }).toEqual({ code: 2, out: '', inputs: [] });
    expect(err).toContain(says);
  });

  test.each(COMMANDS.filter((command) => !command.includes('--until')).map((command) => ({ command })))(
    '$command.0 starts where the records may not be read: its machine refuses',
    async ({ command }) => {
      const { account, inputs } = among([], 'GetItem');
      expect(await run(account, 'nope', command)).toMatchObject({ code: 0 });
      expect(inputs).toHaveLength(1);
    },
  );

  test('is refused without the other names where they may not be listed', async () => {
    const { account, inputs } = among([], 'Scan');
    const { code, err } = await run(account, 'nope', ['validate']);
    expect({ code, inputs }).toEqual({ code: 2, inputs: [] });
    expect(err).toBe('environment "nope" is not known here: see them all with "npx runbook status"\n');
  });

  test.each([['provision'], ['sweep'], ['teardown', '--yes']])('%s needs none', async (...command) => {
    const { account, inputs } = among([]);
    expect(await run(account, 'nope', command)).toMatchObject({ code: 0 });
    expect(inputs).toHaveLength(1);
  });
});

describe('variables that are given', () => {
  test.each<[string[], object | undefined]>([
    [['--var', 'size=512'], { size: '512' }],
    [['--var', 'size=512', '--var', 'text=a=b c'], { size: '512', text: 'a=b c' }],
    [['--var', 'text='], { text: '' }],
    [[], undefined],
  ])('%j', async (args, variables) => {
    const { input, code } = await started('provision', 'dev', ...args);
    expect(code).toBe(0);
    expect(input).toEqual({ environment: 'dev', reason: 'x', ...(variables ? { variables } : {}) });
  });

  test.each<[string[], string]>([
    [['--var', 'size'], 'must be a name and a value, such as task_cpu=512'],
    [['--var', '=5'], 'must be a name and a value, such as task_cpu=512'],
    [['--var', 'a=1', '--var', 'a=2'], 'gives "a" twice'],
    [['--var', '-destroy=1'], '--var -destroy "1": must be the name of a Terraform variable'],
    [['--var', '__proto__=1'], '--var __proto__'],
    [['--var', `a=${'x'.repeat(3_000)}`], '--var a'],
  ])('%j is refused', async (args, message) => {
    const { err, code, input } = await started('provision', 'dev', ...args);
    expect(err).toContain(message);
    expect({ code, input }).toEqual({ code: 2, input: undefined });
  });
});

describe('times that are given', () => {
  test.each<[string[], object]>([
    [['provision', 'dev', '--ttl', '3d'], { ttlHours: 72 }],
    [['provision', 'dev', '--ttl', '90min'], { ttlHours: 2 }],
    // The end is in 3 h 10 min, which is rounded up to whole hours.
    [['provision', 'dev', '--ttl', '18:00'], { ttlHours: 4 }],
    [['provision', 'dev', '--ttl', 'tomorrow 18:00'], { ttlHours: 28 }],
    [['extend', 'dev', '--hours', '4'], { hours: 4 }],
    [['extend', 'dev', '--hours', '3d'], { hours: 72 }],
    [['extend', 'dev', '--until', 'tomorrow 18:00'], { hours: 23 }],
    [['provision', 'dev', '--max-cost', '2.50'], { maxCostUsd: 2.5 }],
    [['extend', 'dev', '--hours', '1', '--max-cost', '$10'], { maxCostUsd: 10 }],
    [['extend', 'dev', '--hours', '1', '--max-cost', 'none'], { maxCostUsd: null }],
    [['protect', 'dev', '--until', '3d'], { until: inHours(72) }],
    [['protect', 'dev', '--until', '2026-02-06'], { until: '2026-02-06' }],
    [['protect', 'dev', '--until', '2026-02-06T18:00:00Z'], { until: '2026-02-06T18:00:00Z' }],
    [['protect', 'dev', '--lift'], { until: null }],
  ])('%j', async (args, wanted) => {
    expect(await started(...args)).toMatchObject({ code: 0, err: '', input: { environment: 'dev', ...wanted } });
  });

  test.each<[string[], string]>([
    [
      ['provision', 'dev', '--ttl', 'soon'],
      '--ttl "soon": is not understood: give a duration such as 4h or 3d, or a time such as 18:00',
    ],
    [['provision', 'dev', '--ttl', '4d'], '--ttl "4d", in hours 96: must be at most 72'],
    [
      ['provision', 'dev', '--ttl', '2026-01-01T00:00:00Z'],
      '--ttl "2026-01-01T00:00:00Z": is over already, it is Sat 31 Jan 14:50',
    ],
    [['extend', 'dev', '--hours', 'long'], '--hours "long": must be whole hours, or a duration such as 4h or 3d'],
    [['extend', 'dev', '--hours', '73'], '--hours 73: must be at most 72'],
    [['extend', 'dev', '--hours', '4d'], '--hours "4d", in hours 96: must be at most 72'],
    [['extend', 'dev', '--until', '18:00'], '--until "18:00": environment "dev" ends later already, Sat 31 Jan 19:50'],
    [['extend', 'dev'], 'how long is not said: give --hours 4, or --until "tomorrow 18:00"'],
    [['protect', 'dev', '--until', '2026-01-01'], '--until "2026-01-01": is over already'],
    [['protect', 'dev', '--until', '2026-02-31'], '--until "2026-02-31": is not understood'],
    [['protect', 'dev'], 'until when is not said: give --until "friday 18:00", or --lift'],
  ])('%j is refused', async (args, message) => {
    const { err, code, input } = await started(...args);
    expect({ code, input }).toEqual({ code: 2, input: undefined });
    expect(err).toContain(message);
  });
});

const ends = (output: object) =>
  history([
    [0, 0, 'ExecutionStarted', { input: '{}' }],
    [3, 0, 'ExecutionSucceeded', { output: JSON.stringify(output) }],
  ]);
const fails = (error: string, cause: string) =>
  history([
    [0, 0, 'ExecutionStarted', { input: '{}' }],
    [3, 0, 'ExecutionFailed', { error, cause }],
  ]);
const BUILD = 'runbook-terraform:5633206f-1111-2222-3333-444455556666';
const BUILD_CAUSE = JSON.stringify({ Build: { Id: BUILD, BuildStatus: 'FAILED' } });
const unfit = history([
  [0, 0, 'ExecutionStarted', { input: '{}' }],
  [1, 0, 'TaskStateEntered', { name: 'Check backend', input: '{}' }],
  [
    2,
    2,
    'TaskStateExited',
    { name: 'Check backend', output: '{"check":"backend","status":"failed","observed":"public"}' },
  ],
  [3, 3, 'ExecutionFailed', { error: 'ValidationFailed', cause: 'backend' }],
]);
const last = (text: string) => text.trimEnd().split('\n').at(-1);

describe('what follows from an end', () => {
  test.each<[string[], readonly HistoryEvent[], RegExp]>([
    [
      ['extend', 'dev', '--hours', '4', '--reason', 'x'],
      ends({ endsAt: inHours(9) }),
      /^dev is torn down Sat 31 Jan 23:50 .* \(in 9 h 0 min\)$/,
    ],
    [
      ['protect', 'dev', '--lift', '--reason', 'x'],
      ends({ endsAt: inHours(-1), teardownAt: inHours(0.1) }),
      /^dev is torn down Sat 31 Jan 14:56 .* \(in 6 min\)$/,
    ],
    [
      ['protect', 'dev', '--until', '3d', '--reason', 'x'],
      ends({ endsAt: inHours(72), protectedUntil: inHours(72) }),
      /^protected until Tue 3 Feb 14:50 .* \(in 3 d 0 h\)$/,
    ],
    [['provision', 'dev'], ends({ url: 'http://alb', expiresAt: inHours(8) }), /^report +npx runbook open dev report$/],
    [['validate', 'dev'], ends({}), /^report +npx runbook open dev report$/],
    [
      ['validate', 'dev', '--check', 'backend'],
      ends({ partial: 'PARTIAL 1/7' }),
      /^report +npx runbook report dev --of partial --open$/,
    ],
    [['validate', 'dev'], unfit, /^Why: npx runbook report dev --open$/],
    [['validate', 'dev', '--check', 'backend'], unfit, /^Why: npx runbook report dev --of partial --open$/],
    [['provision', 'dev'], fails('States.TaskFailed', BUILD_CAUSE), /^Why: npx runbook logs provision:x$/],
    [['sweep', 'dev'], ends({}), /SUCCEEDED/],
  ])('%j', async (args, events, line) => {
    expect(last((await runCli(args, { account: machines(events).account, now })).out)).toMatch(line);
  });

  test.each([
    [
      'a log',
      (lines: string[]) => lines,
      /^The last lines of build runbook-terraform:5633.*:\n( {2}line \d+\n){9} {2}Error: aws_vpc\.main: VpcLimitExceeded\n\nWhy: /m,
    ],
    [
      'no log that may be read',
      (): never => {
        throw Object.assign(new Error('no'), { name: 'AccessDeniedException' });
      },
      / FAILED\nWhy: npx runbook logs provision:x\n$/,
    ],
  ])('below a failed build come its last lines, where it has %s', async (_, of, wanted) => {
    const { account } = machines(fails('States.TaskFailed', BUILD_CAUSE));
    const written = [
      ...Array.from({ length: 20 }, (_, index) => `line ${index}`),
      'Error: aws_vpc.main: VpcLimitExceeded',
      '[Container] Phase complete: BUILD State: FAILED',
      '',
    ];
    const logs = anAccount({
      BatchGetBuilds: () => ({ builds: [{ id: BUILD, buildComplete: true }] }),
      FilterLogEvents: () => ({
        events: of(written).map((message, index) => ({ eventId: `${index}`, timestamp: index, message })),
      }),
    });
    const { out } = await runCli(['provision', 'dev'], {
      account: { ...account, codebuild: logs.codebuild, logs: logs.logs },
      now,
    });
    expect(out).toMatch(wanted);
  });

  test('whoever stops watching sees how to go on and how to stop it', async () => {
    const { account, signal } = machines(ends({}).slice(0, 1));
    const ran = await runCli(['validate', 'dev'], { account, signal });
    expect(ran).toMatchObject({ code: 130 });
    expect(last(ran.out)).toBe(
      'Stopped watching; the execution continues. Watch: npx runbook watch validate:x. Stop: npx runbook cancel validate:x',
    );
  });
});

const resource = { resourceType: 'sns', resource: 'publish.waitForTaskToken' };
const Message = 'Terraform would add 72.\n\nTo approve it:\nnpx runbook approve dev\nor\naws … --task-token T1\n';
const waiting = history([
  [0, 0, 'ExecutionStarted', { input: '{}' }],
  [1, 0, 'TaskStateEntered', { name: 'Approve plan', input: '{}' }],
  [1, 2, 'TaskScheduled', { ...resource, parameters: JSON.stringify({ Message }) }],
  [1, 3, 'TaskStarted', resource],
  [1, 4, 'TaskSubmitted', { ...resource, output: '{}' }],
]);
const answeredWith = (said: object, end: 'ExecutionSucceeded' | 'ExecutionFailed') => [
  ...waiting,
  ...history([
    ...waiting.map((): [number, number, 'ExecutionStarted'] => [0, 0, 'ExecutionStarted']),
    [5, 5, 'TaskSucceeded', { ...resource, output: JSON.stringify(said) }],
    [5, 6, 'TaskStateExited', { name: 'Approve plan', output: JSON.stringify(said) }],
    [5, 7, end, end === 'ExecutionFailed' ? { error: 'PlanRefused', cause: 'refused' } : { output: '{}' }],
  ]).slice(waiting.length),
];

describe('a plan that waits, where it is provisioned', () => {
  const provision = (given: Given) => runCli(['provision', 'dev', '--approval', 'plan'], { now, ...given });

  test('is shown, and asked for', async () => {
    const { account, answers } = machines(waiting, answeredWith({ approved: true }, 'ExecutionSucceeded'));
    const { out, err, code } = await provision({ account, typed: 'y\n' });
    expect(code).toBe(0);
    expect(out).toContain('\n\nTerraform would add 72.\n\n');
    expect(err).toContain('Apply it? [y]es, [n]o, Enter for later: ');
    expect(answers).toEqual([{ approved: true }]);
    expect(out).toMatch(/Approve plan +✓ /);
  });

  test('may be refused, which is no success', async () => {
    const said = { approved: false, reason: 'refused where it was provisioned' };
    const { account, answers } = machines(waiting, answeredWith(said, 'ExecutionFailed'));
    const { out, code } = await provision({ account, typed: 'n\n' });
    expect(code).toBe(1);
    expect(answers).toEqual([said]);
    expect(out).toMatch(/Approve plan +✗ .*refused: refused where it was provisioned/);
    expect(out).not.toMatch(/Approve plan +✓/);
  });

  test('may wait for another', async () => {
    const { account, answers, signal } = machines(waiting);
    const { out } = await provision({ account, typed: '\n', signal });
    expect(answers).toEqual([]);
    expect(out).toContain('The plan is still waiting: answer with "npx runbook approve".');
  });

  test('says how to answer it, where nobody is there', async () => {
    const { account, signal } = machines(waiting);
    const { out, err } = await provision({ account, signal });
    expect(out).toMatch(/Approve plan +… +an answer: npx runbook approve dev\n/);
    expect(err).toBe('');
  });
});
