import {
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  type CreateScheduleInput,
  DeleteScheduleCommand,
  GetScheduleCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Lab, startLab } from '../../lab.ts';
import { parseExpression } from '../../scheduler/expression.ts';
import { schedulerService } from '../../scheduler/scheduler.ts';
import { type AwsRequest, json } from '../../service.ts';
import { PATIENCE_MS } from '../support/patience.ts';

const ROLE = 'arn:aws:iam::123456789012:role/schedules';
const UNIVERSAL = 'arn:aws:scheduler:::aws-sdk:sfn:startExecution';
const inSeconds = (s: number) => `at(${new Date(Date.now() + s * 1000).toISOString().slice(0, 19)})`;

describe('expressions', () => {
  const next = (expression: string, from: string, timezone = 'UTC', anchor = '2030-01-01T00:00:00Z') => {
    const time = parseExpression(expression, timezone, Date.parse(anchor)).next(Date.parse(from));
    return time === undefined ? undefined : new Date(time).toISOString().replace('.000Z', 'Z');
  };

  test.each([
    ['at(2030-06-01T12:00:00)', '2030-01-01T00:00:00Z', 'UTC', '2030-06-01T12:00:00Z'],
    ['at(2030-06-01T12:00:00)', '2030-01-01T00:00:00Z', 'Europe/Dublin', '2030-06-01T11:00:00Z'],
    ['at(2030-06-01T12:00:00)', '2030-06-01T12:00:01Z', 'UTC', undefined],
    ['rate(5 minutes)', '2030-01-01T00:00:00Z', 'UTC', '2030-01-01T00:00:00Z'],
    ['rate(5 minutes)', '2030-01-01T00:00:01Z', 'UTC', '2030-01-01T00:05:00Z'],
    ['rate(1 day)', '2030-01-03T10:00:00Z', 'UTC', '2030-01-04T00:00:00Z'],
    ['cron(0 22 ? * MON-FRI *)', '2030-06-01T00:00:00Z', 'UTC', '2030-06-03T22:00:00Z'],
    ['cron(0 22 ? * 2-6 *)', '2030-06-01T00:00:00Z', 'UTC', '2030-06-03T22:00:00Z'],
    ['cron(0 22 * * ? *)', '2030-06-01T00:00:00Z', 'Europe/Dublin', '2030-06-01T21:00:00Z'],
    ['cron(15 10 L * ? 2031)', '2030-06-01T00:00:00Z', 'UTC', '2031-01-31T10:15:00Z'],
    ['cron(0 8 ? * 2#1 *)', '2030-06-01T00:00:00Z', 'UTC', '2030-06-03T08:00:00Z'],
    ['cron(5/10 8 * * ? *)', '2030-06-01T08:56:00Z', 'UTC', '2030-06-02T08:05:00Z'],
    ['cron(0/10 * * * ? 2029)', '2030-06-01T00:00:00Z', 'UTC', undefined],
  ])('%s from %s in %s: %s', (expression, from, timezone, expected) => {
    expect(next(expression, from, timezone)).toBe(expected);
  });

  test.each(['at(tomorrow)', 'rate(5 weeks)', 'rate(0 minutes)', 'cron(* * * * *)', '5 minutes'])(
    '%s is refused',
    (bad) => {
      expect(() => parseExpression(bad, 'UTC', 0)).toThrow();
    },
  );
});

describe('schedules', () => {
  let lab: Lab;
  let client: SchedulerClient;
  let sqs: SQSClient;
  const calls: AwsRequest[] = [];

  beforeAll(async () => {
    const machines = () => ({
      services: ['states'],
      async handle(request: AwsRequest) {
        calls.push(request);
        const known = !String(request.params.stateMachineArn).endsWith('missing');
        return known
          ? json({ executionArn: 'arn:e', startDate: 0 })
          : json({ __type: 'StateMachineDoesNotExist' }, 400);
      },
    });
    lab = await startLab({ services: [(context) => schedulerService(context, { retryMs: 10 }), machines] });
    client = new SchedulerClient(lab.context.client);
    sqs = new SQSClient(lab.context.client);
    await client.send(new CreateScheduleGroupCommand({ Name: 'runbook' }));
    for (const QueueName of ['target', 'dead']) await sqs.send(new CreateQueueCommand({ QueueName }));
  });
  afterAll(() => lab?.stop());

  async function create(Name: string, input: Partial<CreateScheduleInput> & Pick<CreateScheduleInput, 'Target'>) {
    const FlexibleTimeWindow = { Mode: 'OFF' } as const;
    const defaults = { GroupName: 'runbook', FlexibleTimeWindow, ScheduleExpression: inSeconds(1) };
    await client.send(new CreateScheduleCommand({ ...defaults, Name, ...input }));
  }

  function get(Name: string) {
    return client.send(new GetScheduleCommand({ GroupName: 'runbook', Name }));
  }

  async function message(name: string) {
    const QueueUrl = `${lab.endpoint}/123456789012/${name}`;
    return vi.waitFor(async () => {
      const receive = new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'] });
      const [first] = (await sqs.send(receive)).Messages ?? [];
      expect(first).toBeDefined();
      return first;
    }, PATIENCE_MS);
  }

  test('starts an execution once, as the role, with the context filled in, and is deleted', async () => {
    const execution = {
      StateMachineArn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:teardown',
      Name: 'run-expired',
    };
    const Input = JSON.stringify({
      ...execution,
      Input: '{"at":"<aws.scheduler.scheduled-time>","try":<aws.scheduler.attempt-number>}',
    });
    const ScheduleExpression = inSeconds(2);
    await create('once', {
      ScheduleExpression,
      ActionAfterCompletion: 'DELETE',
      Target: { Arn: UNIVERSAL, RoleArn: ROLE, Input },
    });
    expect(calls).toHaveLength(0);
    await vi.waitFor(() => expect(calls).toHaveLength(1), PATIENCE_MS);
    expect(calls[0]).toMatchObject({
      action: 'StartExecution',
      principal: ROLE,
      params: {
        stateMachineArn: execution.StateMachineArn,
        name: 'run-expired',
        input: `{"at":"${ScheduleExpression.slice(3, -1)}Z","try":1}`,
      },
    });
    await vi.waitFor(
      () => expect(get('once')).rejects.toMatchObject({ name: 'ResourceNotFoundException' }),
      PATIENCE_MS,
    );
  });

  test('stays after its time without ActionAfterCompletion, and starts a rate at once', async () => {
    const Arn = 'arn:aws:sqs:eu-west-1:123456789012:target';
    await create('rate', { ScheduleExpression: 'rate(1 hour)', Target: { Arn, RoleArn: ROLE, Input: '"first"' } });
    expect((await message('target'))?.Body).toBe('"first"');
    expect((await get('rate')).ScheduleExpression).toBe('rate(1 hour)');
  });

  test('does nothing when it was disabled or deleted before its time', async () => {
    calls.length = 0;
    const Target = { Arn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:sweep', RoleArn: ROLE };
    const ScheduleExpression = inSeconds(3);
    await create('disabled', { Target, ScheduleExpression, State: 'DISABLED' });
    await create('deleted', { Target, ScheduleExpression });
    await client.send(new DeleteScheduleCommand({ GroupName: 'runbook', Name: 'deleted' }));
    await new Promise((done) => setTimeout(done, 3_500));
    expect(calls).toHaveLength(0);
  });

  test('puts what its target refuses into the dead-letter queue', async () => {
    const DeadLetterConfig = { Arn: 'arn:aws:sqs:eu-west-1:123456789012:dead' };
    const Arn = 'arn:aws:states:eu-west-1:123456789012:stateMachine:missing';
    await create('refused', { Target: { Arn, RoleArn: ROLE, Input: '{"a":1}', DeadLetterConfig } });
    const dead = await message('dead');
    expect(dead?.Body).toBe('{"a":1}');
    expect(dead?.MessageAttributes).toMatchObject({
      ERROR_CODE: { StringValue: 'StateMachineDoesNotExist' },
      SCHEDULE_ARN: { StringValue: 'arn:aws:scheduler:eu-west-1:123456789012:schedule/runbook/refused' },
    });
  });

  test('delivers more than once where that is asked for, each time as another invocation', async () => {
    const twice = await startLab({
      services: [
        (context) => schedulerService(context, { deliveries: 2 }),
        () => ({
          services: ['states'],
          async handle(request: AwsRequest) {
            seen.push(request);
            return json({});
          },
        }),
      ],
    });
    const seen: AwsRequest[] = [];
    const other = new SchedulerClient(twice.context.client);
    try {
      const Input = '{"at":"<aws.scheduler.scheduled-time>","id":"<aws.scheduler.execution-id>"}';
      await other.send(
        new CreateScheduleCommand({
          Name: 'twice',
          FlexibleTimeWindow: { Mode: 'OFF' },
          ScheduleExpression: inSeconds(1),
          Target: { Arn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:x', RoleArn: ROLE, Input },
        }),
      );
      await vi.waitFor(() => expect(seen).toHaveLength(2), PATIENCE_MS);
      const [first, second] = seen.map(({ params }) => JSON.parse(String(params.input)));
      expect(first.at).toBe(second.at);
      expect(first.id).not.toBe(second.id);
    } finally {
      other.destroy();
      await twice.stop();
    }
  });

  test('refuses an expression that it cannot keep', async () => {
    const Target = { Arn: UNIVERSAL, RoleArn: ROLE };
    await expect(create('bad', { ScheduleExpression: 'at(noon)', Target })).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'Invalid Schedule Expression at(noon).',
    });
  });
});
