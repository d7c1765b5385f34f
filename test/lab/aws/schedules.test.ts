import { CreateScheduleGroupCommand, GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { beforeAll, expect, test } from 'vitest';
import { useLab } from '../../../lab/test/support/use-lab.ts';
import { putSchedule, removeSchedule, type ScheduleSettings } from '../../../lambdas/aws/schedules.ts';

const lab = useLab();
const arn = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:123456789012:${resource}`;
const settings: ScheduleSettings = {
  group: 'runbook',
  roleArn: 'arn:aws:iam::123456789012:role/schedules',
  deadLetterQueueArn: arn('sqs', 'runbook-dlq'),
  machineArns: {
    teardown: arn('states', 'stateMachine:runbook-teardown'),
    sweep: arn('states', 'stateMachine:runbook-sweep'),
  },
  functionArn: arn('lambda', 'function:runbook-expiry-warning'),
};
const teardown = {
  name: 'dev-teardown',
  description: 'Tears dev down',
  at: '2030-01-31T20:00:00Z',
  target: { machine: 'teardown' as const, input: { environment: 'dev' } },
};
let client: SchedulerClient;

beforeAll(async () => {
  client = new SchedulerClient(lab.context.client);
  await client.send(new CreateScheduleGroupCommand({ Name: 'runbook' }));
});
const get = (Name: string) => client.send(new GetScheduleCommand({ GroupName: 'runbook', Name }));

test('a schedule is made, moved, and removed, each as often as one likes', async () => {
  await putSchedule(settings, teardown);
  expect(await get('dev-teardown')).toMatchObject({
    ScheduleExpression: 'at(2030-01-31T20:00:00)',
    ScheduleExpressionTimezone: 'UTC',
    ActionAfterCompletion: 'DELETE',
    Target: {
      Arn: settings.machineArns.teardown,
      RoleArn: settings.roleArn,
      DeadLetterConfig: { Arn: settings.deadLetterQueueArn },
      RetryPolicy: { MaximumEventAgeInSeconds: 3_600, MaximumRetryAttempts: 10 },
      Input: '{"environment":"dev"}',
    },
  });
  await putSchedule(settings, { ...teardown, at: '2030-02-01T20:00:00Z' });
  expect((await get('dev-teardown')).ScheduleExpression).toBe('at(2030-02-01T20:00:00)');
  await removeSchedule('runbook', 'dev-teardown');
  await removeSchedule('runbook', 'dev-teardown');
  await expect(get('dev-teardown')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('a function is invoked with its event', async () => {
  await putSchedule(settings, { ...teardown, name: 'dev-warning', target: { function: { environment: 'dev' } } });
  expect((await get('dev-warning')).Target).toMatchObject({
    Arn: settings.functionArn,
    Input: '{"environment":"dev"}',
  });
});
