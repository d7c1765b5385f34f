import {
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { AwsError, type AwsRequest, json, jsonError, restJson } from '../../../lab/service.ts';
import { fakeService, ROLE, startAccount } from './account.ts';

let account: Awaited<ReturnType<typeof startAccount>>;
const calls: AwsRequest[] = [];
const builds = new Map<string, Record<string, unknown>>();
const of = (action: string) => calls.filter((call) => call.action === action);

const lambda = fakeService('lambda', async (request) => {
  calls.push(request);
  const name = decodeURIComponent(request.url.pathname.split('/').at(-2) ?? '');
  const payload = request.body.toString();
  if (name.endsWith('absent'))
    return { ...jsonError(new AwsError('ResourceNotFoundException', 'Function not found: absent', 404)) };
  if (name.endsWith('busy')) return jsonError(new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429));
  if (name.endsWith('thrower'))
    return restJson({ errorType: 'NotReadyError', errorMessage: 'not yet' }, 200, {
      'x-amz-function-error': 'Unhandled',
    });
  return { status: 200, headers: { 'x-amz-executed-version': '$LATEST' }, body: payload };
});

const codebuild = fakeService('codebuild', async (request) => {
  calls.push(request);
  const { action, params } = request;
  if (action === 'StartBuild') {
    const build = {
      id: `${params.projectName}:1`,
      buildStatus: 'IN_PROGRESS',
      buildComplete: false,
      startTime: 1_700_000_000.5,
    };
    builds.set(build.id, build);
    return json({ build });
  }
  if (action === 'StopBuild')
    return json({ build: Object.assign(builds.get(String(params.id)) ?? {}, { buildStatus: 'STOPPED' }) });
  return json({ builds: (params.ids as string[]).map((id) => builds.get(id)) });
});

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

beforeAll(async () => {
  account = await startAccount(() => [lambda, codebuild, scheduler, dynamodb, sns]);
});
afterAll(() => account.stop());

const task = (Resource: string, Arguments: object, more: object = {}) => ({
  StartAt: 'T',
  States: { T: { Type: 'Task', Resource: resource(Resource), Arguments, End: true, ...more } },
});
const resource = (name: string) => (name.startsWith('arn:') ? name : `arn:aws:states:::${name}`);
const output = ({ output: text }: { output?: string | undefined }) => JSON.parse(text ?? 'null');

describe('lambda', () => {
  test('invoke, as the role of the machine', async () => {
    const result = await account.run(
      task('lambda:invoke', { FunctionName: 'echo', Payload: { a: '{% $states.input.x %}' } }),
      { x: 1 },
    );
    expect(output(result)).toMatchObject({ Payload: { a: 1 }, StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(calls.at(-1)?.principal).toBe(ROLE);
  });

  test.each<[string, string, RegExp]>([
    ['thrower', 'NotReadyError', /^\{"errorType":"NotReadyError","errorMessage":"not yet"\}$/],
    ['busy', 'Lambda.TooManyRequestsException', /^Rate Exceeded\. \(Service: AWSLambda; Status Code: 429; /],
    ['absent', 'Lambda.ResourceNotFoundException', /Error Code: ResourceNotFoundException/],
  ])('%s fails with %s', async (FunctionName, error, cause) => {
    const result = await account.run(task('lambda:invoke', { FunctionName, Payload: {} }));
    expect(result).toMatchObject({ status: 'FAILED', error, cause: expect.stringMatching(cause) });
  });

  test('by the ARN of the function, with its own events', async () => {
    const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:echo';
    const result = await account.run(task(arn, { a: 1 }));
    expect(output(result)).toEqual({ a: 1 });
    const types = (await account.history(result.executionArn ?? '')).map(({ type }) => type);
    expect(types.slice(2, 5)).toEqual(['LambdaFunctionScheduled', 'LambdaFunctionStarted', 'LambdaFunctionSucceeded']);
  });
});

describe('codebuild:startBuild.sync', () => {
  const building = (name: string, more = {}) =>
    task(
      'codebuild:startBuild.sync',
      { ProjectName: name, EnvironmentVariablesOverride: [{ Name: 'A', Value: 'b' }] },
      more,
    );
  const end = (id: string, BuildStatus: string) => {
    const exportedEnvironmentVariables = [{ name: 'PLAN_ADD', value: '3' }];
    Object.assign(builds.get(id) ?? {}, {
      buildStatus: BuildStatus,
      buildComplete: true,
      exportedEnvironmentVariables,
    });
    const detail = { 'build-id': `arn:aws:codebuild:eu-west-1:123456789012:build/${id}`, 'build-status': BuildStatus };
    account.context.events.emit('event', {
      source: 'aws.codebuild',
      'detail-type': 'CodeBuild Build State Change',
      resources: [],
      detail,
    });
  };

  test('waits for the build and returns it in PascalCase', async () => {
    const executionArn = await account.start(await account.create(building('good')));
    await vi.waitUntil(() => builds.has('good:1'));
    end('good:1', 'SUCCEEDED');
    const { Build } = output(await account.ended(executionArn));
    expect(Build).toMatchObject({
      Id: 'good:1',
      BuildStatus: 'SUCCEEDED',
      StartTime: 1_700_000_000_500,
      ExportedEnvironmentVariables: [{ Name: 'PLAN_ADD', Value: '3' }],
    });
    expect(of('StartBuild')[0]?.params).toMatchObject({
      projectName: 'good',
      environmentVariablesOverride: [{ name: 'A', value: 'b' }],
    });
    const types = (await account.history(executionArn)).map(({ type }) => type);
    expect(types).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSubmitted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
  });

  test('fails with the build as the cause', async () => {
    const executionArn = await account.start(await account.create(building('bad')));
    await vi.waitUntil(() => builds.has('bad:1'));
    end('bad:1', 'FAILED');
    const result = await account.ended(executionArn);
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.TaskFailed' });
    expect(JSON.parse(result.cause ?? '')).toMatchObject({ Build: { Id: 'bad:1', BuildStatus: 'FAILED' } });
  });

  test('stops the build with the execution', async () => {
    const executionArn = await account.start(await account.create(building('stopped')));
    await vi.waitUntil(() => builds.has('stopped:1'));
    await account.sfn.send(new StopExecutionCommand({ executionArn }));
    expect((await account.describe(executionArn)).status).toBe('ABORTED');
    await vi.waitUntil(() => builds.get('stopped:1')?.buildStatus === 'STOPPED');
  });

  test('stops the build when its time is over', async () => {
    const result = await account.run(building('slow', { TimeoutSeconds: 1 }));
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    await vi.waitUntil(() => builds.get('slow:1')?.buildStatus === 'STOPPED');
  });
});

describe('states:startExecution', () => {
  const nested = {
    StartAt: 'P',
    States: { P: { Type: 'Pass', Output: { n: '{% $states.input.n + 1 %}' }, End: true } },
  };
  const waiting = { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 3600, End: true } } };

  test('.sync:2 parses the output', async () => {
    const StateMachineArn = await account.create(nested);
    const result = await account.run(task('states:startExecution.sync:2', { StateMachineArn, Input: { n: 1 } }));
    expect(output(result)).toMatchObject({
      Status: 'SUCCEEDED',
      Input: { n: 1 },
      Output: { n: 2 },
      StartDate: expect.any(Number),
    });
  });

  test('.sync leaves it a string, and without .sync nothing is waited for', async () => {
    const StateMachineArn = await account.create(nested);
    const sync = await account.run(task('states:startExecution.sync', { StateMachineArn, Input: '{"n":1}' }));
    expect(output(sync)).toMatchObject({ Output: '{"n":2}' });
    const started = await account.run(
      task('states:startExecution', { StateMachineArn: await account.create(waiting) }),
    );
    expect(output(started)).toMatchObject({
      ExecutionArn: expect.stringContaining(':execution:'),
      StartDate: expect.stringMatching(/Z$/),
    });
  });

  test('fails with the description as the cause', async () => {
    const StateMachineArn = await account.create({
      StartAt: 'F',
      States: { F: { Type: 'Fail', Error: 'Inner', Cause: 'why' } },
    });
    const result = await account.run(task('states:startExecution.sync:2', { StateMachineArn }));
    expect(result.error).toBe('States.TaskFailed');
    expect(JSON.parse(result.cause ?? '')).toMatchObject({ Status: 'FAILED', Error: 'Inner', Cause: 'why' });
  });

  test('stops the nested execution with its own', async () => {
    const StateMachineArn = await account.create(waiting);
    const executionArn = await account.start(
      await account.create(task('states:startExecution.sync:2', { StateMachineArn, Name: 'inner' })),
    );
    const inner = StateMachineArn.replace(':stateMachine:', ':execution:').concat(':inner');
    await vi.waitFor(async () => expect((await account.describe(inner)).status).toBe('RUNNING'));
    await account.sfn.send(new StopExecutionCommand({ executionArn }));
    await vi.waitFor(async () => expect((await account.describe(inner)).status).toBe('ABORTED'));
  });

  test('names its errors after the service', async () => {
    const StateMachineArn = 'arn:aws:states:eu-west-1:123456789012:stateMachine:none';
    const result = await account.run(task('states:startExecution', { StateMachineArn }));
    expect(result.error).toBe('StepFunctions.StateMachineDoesNotExistException');
  });
});

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
      cause: expect.stringMatching(/^No schedule \(Service: Scheduler, Status Code: 404, Request ID: /),
    });
  });

  test.each<[string, object, RegExp]>([
    ['a field that does not exist', { Nam: 's' }, /'\/Nam' is not supported; there are: .*Name/],
    ['an object where a string belongs', { Name: {} }, /The value at '\/Name' must be a string/],
  ])('%s is a runtime error', async (_name, parameters, cause) => {
    const result = await account.run(task('aws-sdk:scheduler:getSchedule', parameters));
    expect(result).toMatchObject({ error: 'States.Runtime', cause: expect.stringMatching(cause) });
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
      await vi.waitUntil(() => of('Publish').length > 0);
      return (JSON.parse(String(of('Publish').at(-1)?.params.Message)) as { token: string }).token;
    };
    const approved = await account.start(machine);
    const taskToken = await token();
    await vi.waitFor(() => account.sfn.send(new SendTaskHeartbeatCommand({ taskToken })));
    await account.sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{"approved":true}' }));
    expect(output(await account.ended(approved))).toEqual({ approved: true });
    calls.length = 0;
    const refused = await account.start(machine);
    const second = await token();
    await vi.waitFor(() => account.sfn.send(new SendTaskFailureCommand({ taskToken: second, error: 'Refused' })));
    expect(await account.ended(refused)).toMatchObject({ status: 'FAILED', error: 'Refused' });
    const late = account.sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{}' }));
    await expect(late).rejects.toMatchObject({ name: 'TaskTimedOut' });
  });
});
