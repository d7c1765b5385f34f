import { ExecutionDoesNotExist, StateMachineDoesNotExist } from '@aws-sdk/client-sfn';
import { describe, expect, test } from 'vitest';
import { historyTable, type Run } from '../../../../cli/commands/history.ts';
import { anAccount, NOW, runCli } from '../support/cli.ts';

interface Listed {
  machine: string;
  name: string;
  /** The time is in minutes before now. */
  ago: number;
  took?: number;
  input?: object;
  output?: object;
  error?: string;
  forgotten?: true;
}

const execution = ({ machine, name }: Listed) =>
  `arn:aws:states:eu-west-1:123456789012:execution:runbook-${machine}:${name}`;
const minutesAgo = (minutes: number) => new Date(NOW - minutes * 60_000);

/** Returns an account whose Step Functions lists pages of two executions, newest first. */
function steps(all: readonly Listed[], certificate?: object) {
  const calls: string[] = [];
  const account = anAccount({
    ListExecutions: ({ stateMachineArn, nextToken = '0' }: { stateMachineArn: string; nextToken?: string }) => {
      calls.push(`list ${stateMachineArn.split('-').at(-1)}`);
      const of = all.filter(({ machine }) => stateMachineArn.endsWith(`-${machine}`)).sort((a, b) => a.ago - b.ago);
      const page = of.slice(Number(nextToken), Number(nextToken) + 2);
      const more = Number(nextToken) + 2 < of.length;
      return {
        executions: page.map((one) => ({
          executionArn: execution(one),
          status: one.error ? 'FAILED' : one.took === undefined ? 'RUNNING' : 'SUCCEEDED',
          startDate: minutesAgo(one.ago),
          ...(one.took === undefined ? {} : { stopDate: minutesAgo(one.ago - one.took) }),
        })),
        ...(more ? { nextToken: String(Number(nextToken) + 2) } : {}),
      };
    },
    DescribeExecution: ({ executionArn }: { executionArn: string }) => {
      calls.push('describe');
      const one = all.find((each) => execution(each) === executionArn);
      if (!one || one.forgotten) throw new ExecutionDoesNotExist({ message: 'gone', $metadata: {} });
      return {
        input: JSON.stringify(one.input ?? { environment: 'dev' }),
        ...(one.output ? { output: JSON.stringify(one.output) } : {}),
        ...(one.error ? { error: one.error } : {}),
        redriveCount: 0,
      };
    },
    GetObject: () => ({ Body: { transformToString: async () => JSON.stringify(certificate ?? {}) } }),
  });
  return { account, calls };
}

const STARTED_BY = 'AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID';
const bucket = 's3://runbook-control-123456789012-eu-west-1';
const certificate = {
  ...{ version: 1, environment: 'dev', run: 'r', accountId: '1', region: 'eu-west-1', verdict: 'CLEAN' },
  ...{ at: '2026-01-31T13:00:00Z', existed: [] },
  cost: {
    ...{ usd: 0.734, usdPerHour: 0.09, hours: 8, lines: [] },
    ...{ from: '2026-01-31T12:00:00Z', to: '2026-01-31T13:00:00Z' },
    prices: { region: 'eu-west-1', asOf: '2025-06', currency: 'USD', note: '' },
  },
  sweeps: [
    {
      ...{ execution: 'x', startedAt: '2026-01-31T13:00:00Z', at: '2026-01-31T13:00:00Z', passes: [] },
      ...{ verdict: 'CLEAN', summary: '', leftovers: [], unknown: [], absent: [], excluded: [], limits: [] },
    },
  ],
};
const life: Listed[] = [
  { machine: 'provision', name: 'p', ago: 600, took: 30, input: { environment: 'dev', reason: 'demo' } },
  {
    ...{ machine: 'validate', name: 'v', ago: 575, took: 1, error: 'ValidationFailed' },
    input: { environment: 'dev', [STARTED_BY]: execution({ machine: 'provision', name: 'p', ago: 0 }) },
  },
  {
    ...{ machine: 'teardown', name: 't', ago: 60, took: 20 },
    output: { sweep: 'CLEAN', certificate: `${bucket}/a/certificate.html` },
  },
  { machine: 'validate', name: 'other', ago: 5, input: { environment: 'demo' } },
];

describe('history', () => {
  test('the runs of all machines, the newest first, with verdict, cost, and who started them', async () => {
    const { out, code } = await runCli(['history', '--json'], { account: steps(life, certificate).account });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject([
      { machine: 'validate', environment: 'demo', status: 'RUNNING' },
      { machine: 'teardown', environment: 'dev', status: 'SUCCEEDED', verdict: 'CLEAN', usd: 0.734 },
      { machine: 'validate', status: 'FAILED', verdict: 'ValidationFailed', startedBy: expect.stringMatching(/:p$/) },
      { machine: 'provision', status: 'SUCCEEDED', reason: 'demo', startedAt: '2026-01-31T03:30:00.000Z' },
    ]);
  });

  test('a validation of some checks has not the verdict of one of all', async () => {
    const partly = { verdict: 'PASSED', summary: 'PARTIAL 1/7: 1 passed', partial: 'PARTIAL 1/7' };
    const ran: Listed[] = [
      { machine: 'validate', name: 'some', ago: 9, took: 1, output: { ...partly, verdict: 'PARTIAL' } },
      { machine: 'validate', name: 'older', ago: 9, took: 1, output: partly },
      { machine: 'validate', name: 'all', ago: 8, took: 1, output: { ...partly, summary: '7 passed', partial: '' } },
    ];
    const { out } = await runCli(['history', '--json'], { account: steps(ran).account });
    const verdicts = (JSON.parse(out) as Run[]).map(({ verdict }) => verdict);
    expect(verdicts).toEqual(['PASSED', 'PARTIAL 1/7 PASSED', 'PARTIAL 1/7 PASSED']);
  });

  test('those of one environment', async () => {
    const { out } = await runCli(['history', 'demo'], { account: steps(life).account });
    expect(out).toMatch(/^STARTED .*\n.*5 min ago +demo +5 min 0 s +RUNNING +validate:other\n$/);
  });

  test.each([
    ['a certificate that is none', {}],
    ['a certificate without a cost', { ...certificate, cost: undefined }],
  ])('%s has no cost', async (_, found) => {
    const { out } = await runCli(['history', '--json'], { account: steps(life, found).account });
    expect(out).not.toContain('usd');
  });

  test('an execution that AWS forgets meanwhile is listed with what is known', async () => {
    const { account } = steps([{ machine: 'provision', name: 'p', ago: 9, took: 1, forgotten: true }]);
    const { out } = await runCli(['history'], { account });
    expect(out).toMatch(/60\.0 s +SUCCEEDED +provision:p/);
  });

  test('no more is asked for than is shown, and what was left out is said', async () => {
    const many = Array.from({ length: 40 }, (_, ago) => ({ machine: 'validate', name: `v${ago}`, ago, took: 1 }));
    const { account, calls } = steps(many);
    const { out } = await runCli(['history', '--limit', '5'], { account });
    expect(out.split('\n')).toHaveLength(5 + 3);
    expect(out).toContain('There are older ones: --limit 10');
    expect(calls.filter((call) => call === 'describe').length).toBeLessThanOrEqual(10);
    expect(calls.filter((call) => call === 'list validate').length).toBeLessThanOrEqual(4);
  });

  test('a search for one environment ends after 300 executions, and says so', async () => {
    const many = Array.from({ length: 400 }, (_, ago) => ({ machine: 'validate', name: `v${ago}`, ago, took: 1 }));
    const { account, calls } = steps(many);
    const { out } = await runCli(['history', 'demo'], { account });
    expect(out).toBe('Only the last 300 executions were read; there are older ones.\n');
    expect(calls.filter((call) => call === 'describe')).toHaveLength(300);
  });

  test('nothing at all', async () => {
    expect((await runCli(['history'], { account: steps([]).account })).out).toBe('No runs in 90 days.\n');
    expect((await runCli(['history', 'dev'], { account: steps([]).account })).out).toBe('No runs of dev in 90 days.\n');
  });

  test.each<[string, (machine: string) => boolean, object]>([
    [
      'some of the machines',
      (machine) => machine.endsWith('-validate'),
      { code: 0, out: expect.stringContaining('validate:other') },
    ],
    [
      'none of them',
      () => false,
      { code: 2, err: expect.stringContaining('there is no machine "provision" in account') },
    ],
  ])('a deployment that has %s', async (_, exists, wanted) => {
    const { account } = steps(life);
    const { sfn } = account;
    const send = sfn.send.bind(sfn) as (command: object) => Promise<unknown>;
    const refuse = (command: { input: { stateMachineArn?: string } }) => {
      const { stateMachineArn } = command.input;
      if (!stateMachineArn || exists(stateMachineArn)) return send(command);
      return Promise.reject(new StateMachineDoesNotExist({ message: 'no', $metadata: {} }));
    };
    Object.assign(sfn, { send: refuse });
    expect(await runCli(['history'], { account })).toMatchObject(wanted);
  });

  test.each([
    [['history', 'Dev!'], '"Dev!" is not the name of an environment'],
    [['history', '--limit', '0'], "argument '0' is invalid. must be 1 to 200"],
  ])('%j is refused', async (args, message) => {
    expect(await runCli(args)).toMatchObject({ code: 2, err: expect.stringContaining(message) });
  });

  test('a list that was not answered is no empty one', async () => {
    const account = anAccount({ ListExecutions: () => ({}) });
    expect(await runCli(['history'], { account })).toMatchObject({ code: 2, err: expect.stringMatching(/not listed/) });
  });

  test('times are in a zone that is named', () => {
    const run: Run = {
      ...{ execution: execution({ machine: 'sweep', name: 's', ago: 0 }), machine: 'sweep', status: 'SUCCEEDED' },
      ...{ startedAt: '2026-01-31T13:00:00Z', endedAt: '2026-01-31T13:01:00Z', redrives: 1, usd: 0.7 },
    };
    expect(historyTable([run], NOW, 'Europe/Berlin')[1]).toBe(
      'Sat 31 Jan 14:00 CET  30 min ago               60.0 s  SUCCEEDED, redriven           $0.70  sweep:s',
    );
  });

  test('a screen that is too narrow for a row has the execution and its reason on lines of their own', () => {
    const one = (name: string): Run => ({
      ...{ execution: execution({ machine: 'provision', name, ago: 0 }), machine: 'provision', status: 'SUCCEEDED' },
      ...{ startedAt: '2026-01-31T13:00:00Z', endedAt: '2026-01-31T13:01:00Z', redrives: 0, reason: 'npm start' },
    });
    const runs = [one('925208c7-d650-4f5f-9319-f844808fc616'), one('a')];
    expect(historyTable(runs, NOW, 'UTC', 80)).toEqual([
      'Sat 31 Jan 13:00 UTC  30 min ago    60.0 s  SUCCEEDED',
      '  provision:925208c7-d650-4f5f-9319-f844808fc616',
      '  npm start',
      'Sat 31 Jan 13:00 UTC  30 min ago    60.0 s  SUCCEEDED',
      '  provision:a',
      '  npm start',
    ]);
    expect(historyTable(runs, NOW, 'UTC', 200)).toHaveLength(3);
  });
});
