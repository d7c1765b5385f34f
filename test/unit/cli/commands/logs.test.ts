import { ResourceNotFoundException } from '@aws-sdk/client-cloudwatch-logs';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test } from 'vitest';
import { type LogLine, LogReader } from '../../../../cli/log-reader.ts';
import { aRecord } from '../../lambdas/support/fixtures.ts';
import { anAccount, NOW, runCli } from '../support/cli.ts';

interface Asked {
  logGroupName: string;
  logStreamNames?: string[];
  filterPattern?: string;
  startTime: number;
  nextToken?: string;
}
const event = (id: number, message: string, at = NOW - 60_000 + id) => ({
  eventId: `e${id}`,
  timestamp: at,
  message: `${message}\n`,
});
const BUILD = 'runbook-terraform:5633206f-1111-2222-3333-444455556666';
const record = (changes = {}) => ({ Item: marshall(aRecord(changes), { removeUndefinedValues: true }) });

function account(pages: (asked: Asked) => object, changes: Record<string, (input: never) => unknown> = {}) {
  const asked: Asked[] = [];
  let looks = 0;
  return {
    asked,
    account: anAccount({
      GetItem: () => record(),
      GetExecutionHistory: () => ({
        events: [
          { taskSubmittedEventDetails: { resourceType: 'states', output: '{"ExecutionArn":"x"}' } },
          {
            taskSubmittedEventDetails: { resourceType: 'codebuild', output: JSON.stringify({ Build: { Id: BUILD } }) },
          },
        ],
      }),
      BatchGetBuilds: () => ({
        builds: [
          {
            ...{
              id: BUILD,
              buildStatus: 'IN_PROGRESS',
              buildComplete: ++looks > 2,
              startTime: new Date(NOW - 600_000),
            },
            logs: { groupName: '/aws/codebuild/runbook-terraform', streamName: 'a-stream' },
          },
        ],
      }),
      FilterLogEvents: (input: Asked) => {
        asked.push(input);
        return pages(input);
      },
      ...changes,
    }),
  };
}

describe('logs', () => {
  test('of the build that the environment’s last execution has started last, from its beginning', async () => {
    const { account: of, asked } = account(({ nextToken }) =>
      nextToken ? { events: [event(2, 'aws_vpc.main: Creating...')] } : { events: [event(1, 'plan')], nextToken: 'x' },
    );
    expect(await runCli(['logs', 'dev'], { account: of })).toMatchObject({
      code: 0,
      out: 'plan\naws_vpc.main: Creating...\n',
      err: `build ${BUILD}, IN_PROGRESS: /aws/codebuild/runbook-terraform a-stream\n`,
    });
    expect(asked[0]).toMatchObject({
      logGroupName: '/aws/codebuild/runbook-terraform',
      logStreamNames: ['a-stream'],
      startTime: NOW - 600_000,
    });
  });

  test.each<[string[], Partial<Asked>]>([
    [['--service', 'api'], { logGroupName: '/ecs/order-platform-dev-v3/api', startTime: NOW - 3_600_000 }],
    [
      ['--service', 'worker', '--since', '3d'],
      { logGroupName: '/ecs/order-platform-dev-v3/worker', startTime: NOW - 259_200_000 },
    ],
    [
      ['--check', 'backend'],
      { logGroupName: '/aws/lambda/runbook-check-backend', filterPattern: '{ $.environment = "dev" }' },
    ],
  ])('%j asks for no other log', async (args, wanted) => {
    const all = [
      event(1, '{"environment":"dev"}'),
      ...(args.includes('--check') ? [event(2, '{"environment":"demo"}'), event(3, 'REPORT')] : []),
    ];
    const { account: of, asked } = account(() => ({ events: all }));
    const { out } = await runCli(['logs', 'dev', ...args], { account: of });
    expect(out).toMatch(/^\d\d:\d\d:\d\d {2}\{"environment":"dev"\}\n$/);
    expect(asked).toEqual([expect.objectContaining(wanted)]);
  });

  test('a script gets a document a line', async () => {
    const { account: of } = account(() => ({ events: [event(0, 'a "word"')] }));
    const { out, err } = await runCli(['logs', 'dev', '--json'], { account: of });
    expect({ out, err }).toEqual({ out: '{"at":"2026-01-31T13:29:00.000Z","message":"a \\"word\\""}\n', err: '' });
  });

  test('a build is followed to its end', async () => {
    let looks = 0;
    const { account: of } = account(() => ({ events: [event(1, 'one'), ...(++looks > 1 ? [event(2, 'two')] : [])] }));
    const ran = await runCli(['logs', 'dev', '--follow'], { account: of });
    expect(ran).toMatchObject({ code: 0, out: 'one\ntwo\n' });
  });

  test('a service is followed until Ctrl-C', async () => {
    const interrupt = new AbortController();
    const { account: of } = account(() => {
      interrupt.abort();
      return { events: [] };
    });
    const { signal } = interrupt;
    const ran = await runCli(['logs', 'dev', '--service', 'api', '--follow'], { account: of, signal });
    expect(ran).toMatchObject({ code: 130, out: '' });
  });

  test.each<[string, string[], Record<string, (input: never) => unknown>, string]>([
    [
      'nobody has written',
      ['logs', 'dev', '--service', 'api'],
      { FilterLogEvents: () => ({ events: [] }) },
      'no lines in /ecs/order-platform-dev-v3/api since 1 h 0 min ago',
    ],
    [
      'is not there',
      ['logs', 'dev', '--check', 'backend'],
      {
        FilterLogEvents: () => {
          throw new ResourceNotFoundException({ message: 'The specified log group does not exist.', $metadata: {} });
        },
      },
      'there is no log group /aws/lambda/runbook-check-backend: this stack has no check "backend"',
    ],
    [
      'no build has',
      ['logs', 'dev'],
      { GetExecutionHistory: () => ({ events: [] }) },
      'has started no build: see the runs',
    ],
    [
      'no service has',
      ['logs', 'dev', '--service', 'worker'],
      { GetItem: () => record({ outputs: {} }) },
      '"dev" has no output log_group_worker',
    ],
    ['a bad name asks for', ['logs', 'dev', '--check', 'x"y'], {}, '--check "x"y": must be the name of a check'],
    ['a bad id asks for', ['logs', 'dev', '--build', 'x'], {}, '--build "x": must be the id of a build'],
    [
      'a bad time asks for',
      ['logs', 'dev', '--since', 'long'],
      {},
      "argument 'long' is invalid. must be a duration, such as 90min",
    ],
    [
      'a forgotten build has',
      ['logs', 'dev', '--build', BUILD],
      { BatchGetBuilds: () => ({ builds: [] }) },
      `build "${BUILD}" is not known here`,
    ],
    [
      'two ask for',
      ['logs', 'dev', '--service', 'api', '--check', 'backend'],
      {},
      "cannot be used with option '--check <name>'",
    ],
  ])('a log that %s is said', async (_, args, changes, message) => {
    const ran = await runCli(args, { account: account(() => ({ events: [] }), changes).account });
    expect(ran).toMatchObject({ out: '', err: expect.stringContaining(message) });
  });
});

async function all(reader: LogReader): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for await (const page of reader.read()) lines.push(...page);
  return lines;
}

describe('reading a log look by look', () => {
  test('each line comes once, the late ones too', async () => {
    const log = [event(1, 'one', 100_000)];
    const { account: of, asked } = account(() => ({ events: [...log] }));
    const reader = new LogReader(of.logs, { group: 'g' }, 0);
    const look = async () => (await all(reader)).map(({ message }) => message);
    expect(await look()).toEqual(['one']);
    log.push(event(3, 'three', 110_000));
    expect(await look()).toEqual(['three']);
    log.push(event(2, 'two, late', 90_000));
    expect(await look()).toEqual(['two, late']);
    expect(await look()).toEqual([]);
    expect(asked.map(({ startTime }) => startTime)).toEqual([0, 70_000, 80_000, 80_000]);
  });

  test('pages without an end are cut', async () => {
    const { account: of, asked } = account(() => ({ events: [], nextToken: 'more' }));
    const reader = new LogReader(of.logs, { group: 'g' }, 0);
    await all(reader);
    expect({ pages: asked.length, isCut: reader.isCut }).toEqual({ pages: 200, isCut: true });
  });

  test('an answer without events was not read', async () => {
    const { account: of } = account(() => ({}));
    await expect(all(new LogReader(of.logs, { group: 'g' }, 0))).rejects.toThrow('are not listed');
  });

  test('puts the lines of several streams in the order in which they happened', async () => {
    const of = account(() => ({ events: [event(3, 'third'), event(1, 'first'), event(2, 'second')] })).account;
    const lines = await all(new LogReader(of.logs, { group: 'g' }, 0));
    expect(lines.map(({ message }) => message)).toEqual(['first', 'second', 'third']);
  });
});
