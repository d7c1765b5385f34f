import { SendTaskFailureCommand, SendTaskHeartbeatCommand, SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { AwsError, type AwsRequest, json, jsonError, restJson } from '../../../service.ts';
import { fakeService, output, PATIENT, startAccount, task } from './account.ts';

const calls: AwsRequest[] = [];
const of = (action: string) => calls.filter((call) => call.action === action);
const scheduler = fakeService('scheduler', async (request) => {
  calls.push(request);
  if (request.method === 'DELETE')
    return { ...jsonError(new AwsError('ResourceNotFoundException', 'No schedule', 404)) };
  return restJson({ ScheduleArn: 'arn:schedule' });
});
const dynamodb = fakeService('dynamodb', async (request) => {
  calls.push(request);
  if (request.params.ConditionExpression)
    return jsonError(new AwsError('ConditionalCheckFailedException', 'The conditional request failed'));
  return json({ Attributes: { id: { S: 'x' } } });
});
const sns = fakeService('sns', async (request) => {
  calls.push(request);
  const body = '<PublishResponse><PublishResult><MessageId>m1</MessageId></PublishResult></PublishResponse>';
  return { status: 200, headers: { 'content-type': 'text/xml' }, body };
});

let account: Awaited<ReturnType<typeof startAccount>>;
beforeAll(async () => {
  account = await startAccount(() => [scheduler, dynamodb, sns]);
});
afterAll(() => account.stop());

describe('aws-sdk and the rest', () => {
  test('any action, with errors named as AWS names them', async () => {
    const Target = { Arn: 'arn:target', RoleArn: 'arn:role', Input: '{}' };
    const create = {
      Name: 's',
      ScheduleExpression: 'at(2026-01-01T00:00:00)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target,
    };
    expect(output(await account.run(task('aws-sdk:scheduler:createSchedule', create)))).toEqual({
      ScheduleArn: 'arn:schedule',
    });
    const result = await account.run(task('aws-sdk:scheduler:deleteSchedule', { Name: 's' }));
    expect(result).toMatchObject({
      error: 'Scheduler.ResourceNotFoundException',
      cause: expect.stringMatching(
        /^No schedule \(Service: Scheduler, Status Code: 404, Request ID: .*\) \(SDK Attempt Count: 1\)$/,
      ),
    });
  });

  test.each<[string, object, RegExp]>([
    ['a field that does not exist', { Name: 's', Nam: 's' }, /\[The field "Nam" is not supported by Step Functions\]$/],
    ['a number where a string belongs', { Name: 1 }, /\[The value of the field 'Name' has an invalid format\]$/],
    ['a missing field', {}, /\[The field 'Name' is required but was missing\]$/],
  ])('%s is a runtime error', async (_name, input, cause) => {
    const state = task('aws-sdk:scheduler:getSchedule', {}).States.T;
    const states = { T: { ...state, Arguments: '{% $states.input %}' } };
    const result = await account.run({ StartAt: 'T', States: states }, input);
    expect(result).toMatchObject({ error: 'States.Runtime', cause: expect.stringMatching(cause) });
  });

  /**
   * The rows are recorded on AWS with aws-sdk:sfn:startExecution: a value that is not a text becomes the text of its
   * JSON.
   */
  test.each<[unknown, string]>([
    [{ key: 'value' }, '{"key":"value"}'],
    ['{"key":"value"}', '{"key":"value"}'],
  ])('a field of text takes %j', async (Input, sent) => {
    const child = await account.create({ StartAt: 'P', States: { P: { Type: 'Pass', End: true } } });
    const started = await account.run(task('aws-sdk:sfn:startExecution', { StateMachineArn: child, Input }));
    const { input } = await account.describe(output(started).ExecutionArn);
    expect(input).toBe(sent);
  });

  test('a token that nobody knows is refused before the output is read', async () => {
    const send = task('aws-sdk:sfn:sendTaskSuccess', { TaskToken: 'none', Output: 'no JSON' });
    expect(await account.run(send)).toMatchObject({
      error: 'Sfn.InvalidTokenException',
      cause: expect.stringMatching(/^Invalid Token: 'Invalid token' \(Service: Sfn, Status Code: 400, Request ID: /),
    });
  });

  test.each([
    ['dynamodb:updateItem', 'DynamoDB.ConditionalCheckFailedException'],
    ['aws-sdk:dynamodb:updateItem', 'DynamoDb.ConditionalCheckFailedException'],
  ])('%s', async (name, error) => {
    const parameters = { TableName: 't', Key: { id: { S: 'x' } } };
    expect(output(await account.run(task(name, parameters)))).toMatchObject({ Attributes: { id: { S: 'x' } } });
    const refused = await account.run(task(name, { ...parameters, ConditionExpression: 'attribute_exists(id)' }));
    expect(refused.error).toBe(error);
  });

  test('sns:publish.waitForTaskToken: the token goes out, the answer comes back', async () => {
    const message = {
      TopicArn: 'arn:aws:sns:eu-west-1:123456789012:t',
      Message: { token: '{% $states.context.Task.Token %}' },
    };
    const machine = await account.create(
      task('sns:publish.waitForTaskToken', message, { TimeoutSeconds: 60, HeartbeatSeconds: 30 }),
    );
    const token = async () => {
      await vi.waitUntil(() => of('Publish').length > 0, PATIENT);
      return (JSON.parse(String(of('Publish').at(-1)?.params.Message)) as { token: string }).token;
    };
    const approved = await account.start(machine);
    const taskToken = await token();
    await vi.waitFor(() => account.sfn.send(new SendTaskHeartbeatCommand({ taskToken })), PATIENT);
    await account.sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{"approved":true}' }));
    expect(output(await account.ended(approved))).toEqual({ approved: true });
    calls.length = 0;
    const refused = await account.start(machine);
    const second = await token();
    await vi.waitFor(
      () => account.sfn.send(new SendTaskFailureCommand({ taskToken: second, error: 'Refused' })),
      PATIENT,
    );
    expect(await account.ended(refused)).toMatchObject({ status: 'FAILED', error: 'Refused' });
    const late = account.sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{}' }));
    await expect(late).rejects.toMatchObject({ name: 'TaskTimedOut' });
  });
});
