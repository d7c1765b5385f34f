import { ResourceNotFoundException } from '@aws-sdk/client-lambda';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test } from 'vitest';
import type { EnvironmentRecord } from '../../../../lambdas/contracts/record.ts';
import { aRecord } from '../../lambdas/support/fixtures.ts';
import { anAccount, NOW, runCli } from '../support/cli.ts';

const ID = 'runbook-plan:5633206f-0000-4000-8000-000000000000';
const of = (value: string) => ({ transformToString: () => value });
const unchanged = (address: string) => ({ address, type: 'x', change: { actions: ['no-op'], before: {}, after: {} } });
const CHANGED = {
  address: 'aws_sqs_queue.jobs',
  type: 'aws_sqs_queue',
  change: { actions: ['update'], before: { delay: 1 }, after: { delay: 5 } },
};

interface Around {
  args?: readonly string[];
  answer?: unknown;
  statuses?: string[];
  /** CodeBuild's phase at each read, the last one from then on. A minute passes between two reads. */
  phases?: string[];
  exported?: Record<string, string>;
  planned?: unknown[];
  after?: Partial<EnvironmentRecord>;
  signal?: AbortSignal;
}

async function plan(around: Around = {}) {
  const { args = [], statuses = ['SUCCEEDED'], exported = {}, planned = [unchanged('x.a')], after = {} } = around;
  const asked: unknown[] = [];
  const phases = [...(around.phases ?? [])];
  let reads = 0;
  let now = NOW;
  const ran = await runCli(['plan', 'dev', ...args], {
    ...(around.signal ? { signal: around.signal } : {}),
    now: () => now,
    account: anAccount({
      GetItem: () => {
        reads += 1;
        const record = aRecord({ status: 'LIVE', fencing: 7, ...(reads > 1 ? after : {}) });
        return { Item: marshall(record, { removeUndefinedValues: true }) };
      },
      Invoke: ({ FunctionName, Payload }: { FunctionName: string; Payload: string }) => {
        asked.push([FunctionName, JSON.parse(Payload)]);
        if (around.answer instanceof Error) throw around.answer;
        return { Payload: of(JSON.stringify(around.answer ?? { build: ID })) };
      },
      BatchGetBuilds: () => {
        const buildStatus = statuses.length > 1 ? statuses.shift() : statuses[0];
        const currentPhase = phases.length > 1 ? phases.shift() : phases[0];
        if (around.phases) now += 60_000;
        return {
          builds: [
            {
              id: ID,
              buildStatus,
              currentPhase,
              buildComplete: buildStatus !== 'IN_PROGRESS',
              exportedEnvironmentVariables: Object.entries(exported).map(([name, value]) => ({ name, value })),
            },
          ],
        };
      },
      FilterLogEvents: () => ({ events: [{ eventId: '1', timestamp: 1, message: 'the last line' }] }),
      GetObject: ({ Key }: { Key: string }) => {
        expect(Key).toBe('previews/dev/5633206f-0000-4000-8000-000000000000.json');
        return { Body: of(JSON.stringify({ resource_changes: planned })) };
      },
    }),
  });
  return { ...ran, asked };
}

describe('plan', () => {
  test('asks the function alone, and says that nothing would change', async () => {
    const { out, err, code, asked } = await plan({ statuses: ['IN_PROGRESS', 'SUCCEEDED'] });
    expect(asked).toEqual([['runbook-preview', { environment: 'dev' }]]);
    expect(out).toMatch(/^No changes: a provision would leave every resource of dev as it is/);
    expect(err).toBe(`Build ${ID} plans dev.\n`);
    expect(code).toBe(0);
  });

  test('says once a minute whether its build waits or runs, and for how long', async () => {
    const statuses = ['IN_PROGRESS', 'IN_PROGRESS', 'IN_PROGRESS', 'SUCCEEDED'];
    const { err, out } = await plan({ statuses, phases: ['QUEUED', 'QUEUED', 'BUILD'], args: ['--json'] });
    expect(err.split('\n')).toEqual([
      `Build ${ID} plans dev.`,
      `Build ${ID} has waited in the queue of CodeBuild for 1 min.`,
      `Build ${ID} has waited in the queue of CodeBuild for 2 min.`,
      `Build ${ID} is still planning, 3 min after it was requested.`,
      '',
    ]);
    expect(JSON.parse(out)).toMatchObject({ environment: 'dev' });
  });

  test('shows what is dangerous first, and what is not known, as approve does', async () => {
    const data = { ...CHANGED, change: { actions: ['delete'], before: { name: 'x' }, after: null } };
    const policy = {
      address: 'aws_iam_role_policy.a',
      type: 'aws_iam_role_policy',
      change: { actions: ['update'], before: { policy: '{}' }, after: {}, after_unknown: { policy: true } },
    };
    const { out } = await plan({ planned: [data, policy] });
    expect(out).toMatch(/^A provision of dev would .*\nDANGEROUS:\n- aws_sqs_queue\.jobs /);
    expect(out).toMatch(/\nNot known until it is applied:\n- aws_iam_role_policy\.a /);
    const { dangerous, unknown } = JSON.parse((await plan({ planned: [data, policy], args: ['--json'] })).out);
    expect([dangerous, unknown]).toMatchObject([
      [{ address: 'aws_sqs_queue.jobs', why: expect.any(String) }],
      [{ address: 'aws_iam_role_policy.a', why: expect.any(String) }],
    ]);
  });

  test('says what only a provision reviews', async () => {
    const { out } = await plan({ planned: [CHANGED] });
    expect(out).toContain('No dangerous changes were found.\n');
    expect(out).toMatch(
      /\nA provision also reviews its permissions, and whether a teardown can remove what it creates:\nnpx runbook provision dev --approval plan\n$/,
    );
  });

  test('shows every attribute that would change, as diff does', async () => {
    const { out, code } = await plan({ planned: [unchanged('x.a'), CHANGED] });
    expect(out).toContain('A provision of dev would add 0, change 1, replace 0, destroy 0\n');
    expect(out).toMatch(/\n~ aws_sqs_queue\.jobs\n {4}delay {2}1 → 5\n/);
    expect(code).toBe(0);
  });

  test.each([
    [[CHANGED], 1],
    [[unchanged('x.a')], 0],
  ])('--exit-code says whether there are changes', async (planned, expected) => {
    expect((await plan({ args: ['--exit-code'], planned })).code).toBe(expected);
  });

  test('--json prints the same for programs, and nothing else', async () => {
    const { out } = await plan({ args: ['--json'], planned: [CHANGED] });
    expect(JSON.parse(out)).toEqual({
      environment: 'dev',
      build: ID,
      changes: [
        { address: 'aws_sqs_queue.jobs', action: 'change', attributes: [{ name: 'delay', before: '1', after: '5' }] },
      ],
      dangerous: [],
      unknown: [],
      usdPerHourNow: expect.any(Number),
      usdPerHour: expect.any(Number),
    });
  });

  test.each<[string, Partial<EnvironmentRecord>]>([
    ['claimed it', { fencing: 8 }],
    ['is applying', { status: 'PROVISIONING' }],
    ['did something', { activity: 3 }],
  ])('names the execution that %s meanwhile', async (_, after) => {
    const { err } = await plan({ after });
    expect(err).toMatch(/ had the environment meanwhile: the plan may be out of date/);
  });

  test('the reason of a build that failed comes with another way to see a plan', async () => {
    const { err, out, code } = await plan({
      statuses: ['FAILED'],
      exported: { FAILURE: 'a preview reads no secrets' },
    });
    expect(err).toContain(`there is no plan: build ${ID} is FAILED. a preview reads no secrets\n`);
    expect(err).toContain(`npx runbook logs dev --build ${ID}`);
    expect(err).toContain('npx runbook provision dev --approval plan');
    expect(out).toBe('');
    expect(code).toBe(2);
  });

  test('a build without a reason has its last lines', async () => {
    expect((await plan({ statuses: ['TIMED_OUT'] })).err).toContain('is TIMED_OUT. the last line\n');
  });

  test.each([
    [
      { errorType: 'InputError', errorMessage: 'environment "dev" does not exist: x' },
      'environment "dev" does not exist',
    ],
    [new ResourceNotFoundException({ message: 'x', $metadata: {} }), 'there is no function runbook-preview'],
    [{}, 'does not say which build it started'],
  ])('says why no build was started', async (answer, message) => {
    const { err, code } = await plan({ answer });
    expect(err).toContain(message);
    expect(code).toBe(2);
  });

  test('Ctrl-C leaves the build, and says that it changes nothing', async () => {
    const { err, code } = await plan({ signal: AbortSignal.abort() });
    expect(err).toContain(
      `Stopped watching; build ${ID} continues, and changes nothing. Its log: npx runbook logs dev --build ${ID}\n`,
    );
    expect(code).toBe(130);
  });
});
