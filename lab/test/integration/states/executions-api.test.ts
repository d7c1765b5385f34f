import {
  DescribeStateMachineForExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  RedriveExecutionCommand,
  StartExecutionCommand,
  StopExecutionCommand,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROLE, startAccount } from './account.ts';

let account: Awaited<ReturnType<typeof startAccount>>;
beforeAll(async () => {
  account = await startAccount();
});
afterAll(() => account.stop());

const single = (state: object) => ({ StartAt: 'S', States: { S: state } });
const PASS = single({ Type: 'Pass', End: true });
const WAIT = single({ Type: 'Wait', Seconds: 3600, End: true });
const FAIL = single({ Type: 'Fail', Error: 'Boom', Cause: 'c' });
const definition = JSON.stringify({ QueryLanguage: 'JSONata', ...PASS });
const named = (name: string, message: string | RegExp = /./) =>
  expect.objectContaining({ name, message: expect.stringMatching(message) });

describe('executions', () => {
  test('start idempotently while they run', async () => {
    const machine = await account.create(WAIT, 'idempotent');
    const first = await account.start(machine, { a: 1 }, 'one');
    expect(first).toBe('arn:aws:states:eu-west-1:123456789012:execution:idempotent:one');
    expect(await account.start(machine, { a: 1 }, 'one')).toBe(first);
    await expect(account.start(machine, { a: 2 }, 'one')).rejects.toEqual(named('ExecutionAlreadyExists', first));
    const stopped = await account.sfn.send(new StopExecutionCommand({ executionArn: first, error: 'E', cause: 'C' }));
    expect(stopped.stopDate).toBeInstanceOf(Date);
    expect(await account.describe(first)).toMatchObject({
      status: 'ABORTED',
      error: 'E',
      cause: 'C',
      redriveStatus: 'REDRIVABLE',
    });
    await expect(account.start(machine, { a: 1 }, 'one')).rejects.toEqual(named('ExecutionAlreadyExists'));
  });

  test.each<[string, object, string, RegExp]>([
    [
      'input that is no JSON',
      { input: 'not json' },
      'InvalidExecutionInput',
      /'Unrecognized token 'not': was expecting \(JSON String, Number, /,
    ],
    [
      'a property without quotes',
      { input: "{'a': 1}" },
      'InvalidExecutionInput',
      /'Unexpected character \(''' \(code 39\)\): was expecting double-quote to start field name'$/,
    ],
    ['empty input', { input: ' ' }, 'InvalidExecutionInput', /Invalid execution input\./],
    ['input too large', { input: JSON.stringify('x'.repeat(262_144)) }, 'InvalidExecutionInput', /262144/],
    ['a bad name', { name: 'a b' }, 'InvalidName', /a b/],
    [
      'no such machine',
      { stateMachineArn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:none' },
      'StateMachineDoesNotExist',
      /none/,
    ],
    ['no ARN', { stateMachineArn: 'pipeline' }, 'InvalidArn', /Invalid Arn: 'Invalid ARN prefix: pipeline'/],
  ])('do not start with %s', async (_name, change, error, message) => {
    const stateMachineArn = await account.create(PASS);
    const refused = account.sfn.send(new StartExecutionCommand({ stateMachineArn, ...change }));
    await expect(refused).rejects.toEqual(named(error, message));
  });

  test('are listed newest first, by status, page by page', async () => {
    const stateMachineArn = await account.create(PASS);
    for (const name of ['a', 'b', 'c', 'd', 'e']) await account.ended(await account.start(stateMachineArn, {}, name));
    const list = async (more: object) => account.sfn.send(new ListExecutionsCommand({ stateMachineArn, ...more }));
    const first = await list({ maxResults: 3 });
    const second = await list({ maxResults: 3, nextToken: first.nextToken });
    const names = [first, second].map(({ executions }) => executions?.map(({ name }) => name));
    expect(names).toEqual([
      ['e', 'd', 'c'],
      ['b', 'a'],
    ]);
    expect(second.nextToken).toBeUndefined();
    expect((await list({ statusFilter: 'RUNNING' })).executions).toEqual([]);
    expect((await list({ statusFilter: 'SUCCEEDED' })).executions).toHaveLength(5);
    await expect(list({ nextToken: 'forged' })).rejects.toEqual(
      named('InvalidToken', "Invalid Token: 'Invalid token'"),
    );
    await expect(list({ maxResults: 1001 })).rejects.toEqual(
      named('ValidationException', /'1001' at 'maxResults' .* less than or equal to 1000/),
    );
  });

  test('keep a history that is read in pages, backwards, and without data', async () => {
    const { executionArn = '' } = await account.run(PASS, { secret: 1 });
    const read = async (more: object) => account.sfn.send(new GetExecutionHistoryCommand({ executionArn, ...more }));
    const ids = ({ events = [] }: { events?: { id: number | undefined }[] | undefined }) => events.map(({ id }) => id);
    const first = await read({ maxResults: 3 });
    expect(ids(first)).toEqual([1, 2, 3]);
    expect(first.events?.[0]).toMatchObject({
      type: 'ExecutionStarted',
      executionStartedEventDetails: { input: '{"secret":1}', inputDetails: { truncated: false }, roleArn: ROLE },
    });
    expect(first.events?.[0]?.timestamp?.getTime()).toBeCloseTo(Date.now(), -4);
    expect(ids(await read({ maxResults: 3, nextToken: first.nextToken }))).toEqual([4]);
    expect(ids(await read({ reverseOrder: true }))).toEqual([4, 3, 2, 1]);
    await expect(read({ reverseOrder: true, nextToken: first.nextToken })).rejects.toEqual(named('InvalidToken'));
    expect(JSON.stringify((await read({ includeExecutionData: false })).events)).not.toContain('secret');
    const none = account.sfn.send(new GetExecutionHistoryCommand({ executionArn: `${executionArn}x` }));
    await expect(none).rejects.toEqual(named('ExecutionDoesNotExist', `Execution Does Not Exist: '${executionArn}x'`));
  });

  test('stay with the definition that they started with', async () => {
    const stateMachineArn = await account.create(WAIT);
    const executionArn = await account.start(stateMachineArn);
    await account.sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition }));
    const own = await account.sfn.send(new DescribeStateMachineForExecutionCommand({ executionArn }));
    expect(own.definition).toContain('"Wait"');
    await account.sfn.send(new StopExecutionCommand({ executionArn }));
  });

  test('are redriven when they failed', async () => {
    const { executionArn = '' } = await account.run(FAIL);
    const { redriveDate } = await account.sfn.send(new RedriveExecutionCommand({ executionArn }));
    expect(redriveDate).toBeInstanceOf(Date);
    expect(await account.ended(executionArn)).toMatchObject({
      status: 'FAILED',
      error: 'Boom',
      redriveCount: 1,
      redriveDate,
    });
    const { executionArn: fine } = await account.run(PASS);
    const refused = account.sfn.send(new RedriveExecutionCommand({ executionArn: fine }));
    await expect(refused).rejects.toEqual(
      named('ExecutionNotRedrivable', 'Execution is SUCCEEDED and cannot be redriven'),
    );
  });

  test('tell the event bus of every status', async () => {
    const { executionArn } = await account.run(FAIL, { x: 1 });
    const events = account.events.filter(({ detail }) => detail.executionArn === executionArn);
    expect(events).toMatchObject([
      {
        source: 'aws.states',
        'detail-type': 'Step Functions Execution Status Change',
        resources: [executionArn],
        detail: { status: 'RUNNING', stopDate: null, input: '{"x":1}', output: null, error: null },
      },
      {
        detail: {
          status: 'FAILED',
          startDate: expect.any(Number),
          stopDate: expect.any(Number),
          error: 'Boom',
          cause: 'c',
          redriveCount: 0,
          redriveStatus: 'REDRIVABLE',
        },
      },
    ]);
  });
});
