import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { GetScheduleCommand, SchedulerClient, UpdateScheduleCommand } from '@aws-sdk/client-scheduler';
import { ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { schedulerService } from '../../lab/scheduler/scheduler.ts';
import type { LabServiceFactory } from '../../lab/service.ts';
import { scheduler, servicesWithIam } from '../../lab/services.ts';
import { PATIENCE_MS } from '../../lab/test/support/patience.ts';
import { loadRecord, replaceRecord } from '../../lambdas/aws/environments-table.ts';
import { environmentNames } from '../../lambdas/contracts/naming.ts';
import type { EnvironmentRecord } from '../../lambdas/contracts/record.ts';
import { ACCOUNT, aRecord, PATTERN } from '../unit/lambdas/support/fixtures.ts';
import { openInbox } from './inbox.ts';
import { Account, messageOf, outputOf } from './support.ts';

/** Environments end by the clock, with everything deployed, and each schedule delivered twice. */

const TABLE = 'runbook-environments';
const PROJECT = resolve(import.meta.dirname, '../..');
const before = { ...process.env };
const instant = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
/** A one-time schedule has a precision of a minute, so it is set at the first whole minute that is not earlier. */
const onTheMinute = (at: string) => instant(Math.ceil(Date.parse(at) / 60_000) * 60_000);
const inHours = (hours: number) => instant(Date.now() + hours * 3_600_000);
let account: Account;
let client: SchedulerClient;
let inbox: () => Promise<string[]>;

beforeAll(async () => {
  const twice: LabServiceFactory = (context) => schedulerService(context, { deliveries: 2 });
  account = await Account.open({
    services: servicesWithIam.map((service) => (service === scheduler ? twice : service)),
  });
  Object.assign(process.env, account.lab.environment);
  client = new SchedulerClient(account.lab.context.client);
  inbox = await openInbox(account.lab.context);
});
afterAll(async () => {
  process.env = before;
  await account?.close();
});

test('tears down what is expired on one night, once, and spares what is protected or in its time', async () => {
  await plant('over', { status: 'FAILED', expiresAt: inHours(-3) });
  await plant('young', { expiresAt: inHours(2) });
  await plant('kept', { expiresAt: inHours(-3) });
  const protectedUntil = inHours(48);
  const kept = await account.run('protect', { environment: 'kept', until: protectedUntil, reason: 'demo on Monday' });
  expect(outputOf(kept)).toMatchObject({
    protectedUntil,
    endsAt: protectedUntil,
    teardownAt: onTheMinute(protectedUntil),
  });

  await bringForward('runbook-nightly');
  const [first, second] = await vi.waitFor(async () => {
    const found = await executionsOf('expire');
    expect(found).toHaveLength(2);
    return found;
  }, PATIENCE_MS);
  const ends = [await account.end(String(first)), await account.end(String(second))];
  for (const { status, error, cause } of ends) expect({ status, error, cause }).toEqual({ status: 'SUCCEEDED' });
  const outputs = ends.map(outputOf);
  const started = outputs.flatMap((output) => output.started as { environment: string; teardown: string }[]);
  expect(started).toMatchObject([{ environment: 'over', outcome: 'STARTED' }]);
  expect(await executionsOf('teardown')).toEqual([started[0]?.teardown]);
  expect((await account.end(String(started[0]?.teardown))).status).toBe('SUCCEEDED');
  for (const output of outputs) {
    expect(output).toMatchObject({
      living: 1,
      skipped: expect.arrayContaining([{ environment: 'kept', why: expect.stringContaining(protectedUntil) }]),
    });
  }
  expect((await loadRecord(TABLE, 'over'))?.status).toBe('GONE');
  expect((await loadRecord(TABLE, 'kept'))?.status).toBe('LIVE');

  const refused = await account.run('teardown', { environment: 'kept' });
  expect(refused).toMatchObject({ status: 'FAILED', error: 'SafetyError' });
  expect(messageOf(refused)).toContain('because "demo on Monday"');
});

test('warns before the end, with a command that works', async () => {
  const { expiresAt = '' } = (await loadRecord(TABLE, 'young')) ?? {};
  const extended = await account.run('extend', { environment: 'young', hours: 4, reason: 'still testing' });
  const endsAt = instant(Date.parse(expiresAt) + 4 * 3_600_000);
  expect(outputOf(extended)).toMatchObject({ expiresAt: endsAt, teardownAt: onTheMinute(endsAt) });
  expect((await loadRecord(TABLE, 'young'))?.leaseChanges).toMatchObject([{ from: expiresAt, to: endsAt }]);

  await bringForward('order-platform-young-v3-warning');
  const message = await vi.waitFor(async () => {
    const found = (await inbox()).find((text) => text.includes('young: teardown in'));
    expect(found).toBeDefined();
    return String(found);
  }, PATIENCE_MS);
  const at = onTheMinute(endsAt).slice(0, 16).replace('T', ' ');
  expect(message).toContain(`Scheduled teardown: ${at} UTC (in `);
  const [, command = ''] = /npx runbook (extend young .*)'/.exec(message) ?? [];
  const [, hours, reason = ''] = /^extend young --hours (\d+) --reason '(.*)$/.exec(command) ?? [];
  const args = [join(PROJECT, 'bin/runbook.js'), 'extend', 'young', '--hours', String(hours), '--reason', reason];
  const { environment } = account.lab;
  await promisify(execFile)(process.execPath, args, { env: { ...process.env, ...environment } });
  expect((await loadRecord(TABLE, 'young'))?.leaseChanges).toHaveLength(2);
});

test('spares an environment whose schedule comes too early, each time that it is delivered', async () => {
  const teardowns = await executionsOf('teardown');
  await bringForward('order-platform-young-v3-teardown');
  const arns = await vi.waitFor(async () => {
    const more = (await executionsOf('teardown')).filter((one) => !teardowns.includes(one));
    expect(more).toHaveLength(2);
    return more;
  }, PATIENCE_MS);
  for (const arn of arns) {
    expect(outputOf(await account.end(arn))).toMatchObject({ status: 'SKIPPED', why: expect.stringMatching(/lives/) });
  }
  const { Attributes } = await new SQSClient(account.lab.context.client).send(
    new GetQueueAttributesCommand({
      QueueUrl: `${account.lab.endpoint}/${ACCOUNT}/runbook-dlq`,
      AttributeNames: ['ApproximateNumberOfMessages'],
    }),
  );
  expect(Attributes).toMatchObject({ ApproximateNumberOfMessages: '0' });
  expect((await loadRecord(TABLE, 'young'))?.status).toBe('LIVE');
});

/** Writes an environment that is in the record and has nothing in AWS. */
async function plant(environment: string, changes: Partial<EnvironmentRecord>): Promise<void> {
  const { outputs: _, ...record } = aRecord({ environment, run: `${environment}-20260131T120000-abc123` });
  const { stateBucket, lockTable } = environmentNames(PATTERN, environment, ACCOUNT);
  const own = { ...record, stateBucket, lockTable, createdAt: inHours(-10), ...changes };
  await replaceRecord(TABLE, own as EnvironmentRecord, null);
}

/** Brings the end of an environment forward: the schedule stays as it is, but its time is in two seconds. */
async function bringForward(name: string): Promise<void> {
  const {
    Arn: _,
    CreationDate: __,
    LastModificationDate: ___,
    ...schedule
  } = await client.send(new GetScheduleCommand({ GroupName: 'runbook', Name: name }));
  const at = new Date(Date.now() + 2_000).toISOString().slice(0, 19);
  await client.send(
    new UpdateScheduleCommand({
      ...schedule,
      Name: name,
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: schedule.Target,
      ScheduleExpression: `at(${at})`,
      ScheduleExpressionTimezone: 'UTC',
    }),
  );
}

async function executionsOf(machine: 'expire' | 'teardown'): Promise<string[]> {
  const stateMachineArn = account.deployment.machines[machine];
  const { executions = [] } = await account.sfn.send(new ListExecutionsCommand({ stateMachineArn }));
  return executions.map(({ executionArn }) => String(executionArn));
}
