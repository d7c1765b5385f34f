import { CreateStateMachineCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { json } from '../../../service.ts';
import { fakeService, output, PATIENT, ROLE, startAccount, task } from './account.ts';

const objects: Record<string, string> = {
  '/bucket/items.json': '[{"n":1},{"n":2},{"n":3}]',
  '/bucket/lines.jsonl': '{"n":1}\n{"n":2}\n',
  '/bucket/broken.json': '[',
  '/bucket/object.json': '{"n":1}',
};
const s3 = fakeService('s3', async ({ url, method, body: sent }) => {
  if (method === 'PUT') objects[url.pathname] = sent.toString();
  const body = objects[url.pathname];
  if (body !== undefined) return { status: 200, headers: { 'content-type': 'application/json' }, body };
  const error = '<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>';
  return { status: 404, headers: { 'content-type': 'application/xml', 'x-amz-id-2': 'x+y=' }, body: error };
});

const lines: { group: unknown; message: Record<string, unknown> }[] = [];
const logs = fakeService('logs', async ({ action, params }) => {
  if (action === 'PutLogEvents') {
    for (const { message } of params.logEvents as { message: string }[]) {
      lines.push({ group: params.logGroupName, message: JSON.parse(message) });
    }
  }
  if (action === 'DescribeLogGroups') return json({ logGroups: [{ logGroupName: params.logGroupNamePrefix }] });
  return json({});
});

let account: Awaited<ReturnType<typeof startAccount>>;
beforeAll(async () => {
  account = await startAccount(() => [s3, logs]);
});
afterAll(() => account.stop());

test('aws-sdk:s3:getObject yields the body as text', async () => {
  const result = await account.run(task('aws-sdk:s3:getObject', { Bucket: 'bucket', Key: 'items.json' }));
  expect(output(result)).toMatchObject({ Body: objects['/bucket/items.json'], ContentType: 'application/json' });
});

/** The rows are recorded on AWS: a body is written as JSON, a text with its quotes. */
test.each<[unknown, string]>([
  ['text data', '"text data"'],
  [{ Dict: 'Value' }, '{"Dict":"Value"}'],
  [['List', 'Data'], '["List","Data"]'],
  [false, 'false'],
  [0, '0'],
])('aws-sdk:s3:putObject writes %j as %s', async (Body, written) => {
  await account.run(task('aws-sdk:s3:putObject', { Bucket: 'bucket', Key: 'written', Body }));
  expect(objects['/bucket/written']).toContain(written);
});

test('a missing object is S3.NoSuchKeyException', async () => {
  const result = await account.run(task('aws-sdk:s3:getObject', { Bucket: 'bucket', Key: 'none' }));
  expect(result).toMatchObject({
    error: 'S3.NoSuchKeyException',
    cause: expect.stringMatching(/Service: S3, Status Code: 404, Request ID: .*, Extended Request ID: x\+y=\) \(SDK/),
  });
});

const distributed = (Key: string, ReaderConfig: object = {}) => ({
  StartAt: 'M',
  States: {
    M: {
      Type: 'Map',
      ItemReader: { Resource: 'arn:aws:states:::s3:getObject', Arguments: { Bucket: 'bucket', Key }, ReaderConfig },
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'I',
        States: { I: { Type: 'Pass', Output: '{% $states.input.n * 10 %}', End: true } },
      },
      End: true,
    },
  },
});

test.each<[string, string, object, number[]]>([
  ['JSON', 'items.json', {}, [10, 20, 30]],
  ['JSON up to MaxItems', 'items.json', { InputType: 'JSON', MaxItems: 2 }, [10, 20]],
  ['JSON Lines', 'lines.jsonl', { InputType: 'JSONL' }, [10, 20]],
])('a distributed Map reads %s', async (_name, key, config, expected) => {
  expect(output(await account.run(distributed(key, config)))).toEqual(expected);
});

test.each([
  ['none', /The specified key does not exist/],
  ['broken.json', /Attempting to parse/],
  ['object.json', /not a JSON array/],
])('a distributed Map that cannot read %s fails with States.ItemReaderFailed', async (key, cause) => {
  const result = await account.run(distributed(key));
  expect(result).toMatchObject({
    status: 'FAILED',
    error: 'States.ItemReaderFailed',
    cause: expect.stringMatching(cause),
  });
});

test('the history goes to the log group that the machine names, by its level', async () => {
  const create = async (name: string, level: 'ALL' | 'ERROR') => {
    const logGroupArn = `arn:aws:logs:eu-west-1:123456789012:log-group:/machines/${name}:*`;
    const definition = {
      QueryLanguage: 'JSONata',
      StartAt: 'F',
      States: { F: { Type: 'Fail', Error: 'Boom', Cause: 'because' } },
    };
    const loggingConfiguration = {
      level,
      includeExecutionData: false,
      destinations: [{ cloudWatchLogsLogGroup: { logGroupArn } }],
    };
    const request = { name, roleArn: ROLE, definition: JSON.stringify(definition), loggingConfiguration };
    const { stateMachineArn = '' } = await account.sfn.send(new CreateStateMachineCommand(request));
    await account.ended(await account.start(stateMachineArn, { secret: 1 }));
  };
  await create('all', 'ALL');
  await create('errors', 'ERROR');
  const types = (name: string) =>
    lines.filter(({ group }) => group === `/machines/${name}`).map(({ message }) => message.type);
  await vi.waitUntil(() => types('errors').length > 0, PATIENT);
  expect(types('all')).toEqual(['ExecutionStarted', 'FailStateEntered', 'ExecutionFailed']);
  expect(types('errors')).toEqual(['FailStateEntered', 'ExecutionFailed']);
  const details = lines.filter(({ group }) => group === '/machines/all').map(({ message }) => message.details);
  expect(details).toEqual([{ roleArn: ROLE }, { name: 'F' }, { error: 'Boom', cause: 'because' }]);
  expect(JSON.stringify(lines)).not.toContain('secret');
});
