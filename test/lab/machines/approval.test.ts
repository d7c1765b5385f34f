import { SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PATIENCE_MS } from '../../../lab/test/support/patience.ts';
import { atMinuteAfter, liveRecord } from './support/functions.ts';
import { startRunbook } from './support/runbook.ts';

let runbook: Awaited<ReturnType<typeof startRunbook>>;
beforeAll(async () => {
  runbook = await startRunbook();
});
beforeEach(() => runbook.reset());
afterAll(() => runbook.stop());

async function asked() {
  const arn = await runbook.start('provision', { environment: 'dev', approval: 'plan', ttlHours: 4 });
  await expect.poll(() => runbook.world.messages.length, { timeout: PATIENCE_MS }).toBe(1);
  const [message] = runbook.world.messages;
  return { arn, message, taskToken: /--task-token (\S+)/.exec(message?.Message ?? '')?.[1] ?? '' };
}

async function statesOf(arn: string): Promise<string[]> {
  return (await runbook.history(arn)).flatMap(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name ?? []);
}

describe('an approval', () => {
  test('says what is approved and how, and is followed by the apply', async () => {
    const { arn, message, taskToken } = await asked();
    expect(message?.Subject).toMatch(/^\S+ dev 123456789012 eu-west-1: a plan waits for approval$/);
    expect(message?.Message).toMatch(/add 1, change 0 and destroy 1 .*DANGEROUS:\n- aws_db_instance\.main .*is lost/s);
    expect(message?.Message).toContain('\nnpx runbook approve dev\n');
    expect(message?.Message).toContain(`--task-output '{"approved":true}' --task-token ${taskToken}`);
    expect(message?.Message).toContain(`--task-output '{"approved":false,"reason":"why"}' --task-token ${taskToken}`);
    expect(runbook.world.commands()).not.toContain('apply');
    await runbook.sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{"approved": true}' }));
    expect((await runbook.ended(arn)).status).toBe('SUCCEEDED');
    expect(runbook.world.commands()).toContain('apply');
  });

  test('is for what the execution shows, and its token for nobody who reads outputs', async () => {
    const { arn, taskToken } = await asked();
    await runbook.sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{"approved": true}' }));
    await runbook.ended(arn);
    const outputs = (await runbook.history(arn)).flatMap(({ stateExitedEventDetails: exited }) => exited ?? []);
    const review = outputs.find(({ name }) => name === 'Review plan')?.output ?? '';
    expect(JSON.parse(review)).toMatchObject({ add: 1, destroy: 1, dangerous: [{ address: 'aws_db_instance.main' }] });
    expect(outputs.map(({ output }) => output).join()).not.toContain(taskToken);
    expect(JSON.stringify(runbook.world.invocations)).not.toContain(taskToken);
  });
});

describe('a plan that could not be torn down', () => {
  const risky = (after: object) => ({
    resource_changes: [{ address: 'aws_lb.main', type: 'aws_lb', change: { actions: ['create'], after } }],
  });

  test.each([{}, { approval: 'plan' }])('is refused before anything is applied, with %j', async (asked_) => {
    runbook.world.plan = risky({ tags_all: null, enable_deletion_protection: true });
    runbook.world.plan.resource_changes.push({
      ...{ address: 'aws_vpc.main', type: 'aws_vpc' },
      change: { actions: ['create'], after: { tags_all: { env: 'dev' } } },
    });
    const { status, error, cause, states } = await runbook.run('provision', { environment: 'dev', ...asked_ });
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'PlanRefused' });
    expect(cause).toContain('aws_vpc.main: tags: has the tags project=(none), environment=(none)');
    expect(states).not.toContain('Approve plan');
    expect(runbook.world.changed).toContain('plan');
    expect(runbook.world.changed).not.toContain('apply');
    expect(runbook.world.messages).toEqual([]);
  });

  test('leaves an environment that was there as it was', async () => {
    runbook.world.records.set('dev', liveRecord('dev'));
    runbook.world.plan = risky({ enable_deletion_protection: true });
    const { error, cause } = await runbook.run('provision', { environment: 'dev', commit: 'c0ffee0' });
    expect(error).toBe('PlanRefused');
    expect(cause).toMatch(/aws_lb\.main: deletion-protection: .*and the environment is as it was before$/);
    expect(runbook.world.records.get('dev')?.status).toBe('LIVE');
  });

  test('may be approved by a person who is notified', async () => {
    runbook.world.plan = risky({ enable_deletion_protection: true });
    const { message } = await asked();
    expect(message?.Message).toMatch(/OUTLIVES ITS TEARDOWN.*\n- aws_lb\.main: deletion-protection/);
  });
});

describe('a plan that needs a grant which is missing', () => {
  test.each([{}, { approval: 'plan' }])('is refused before anything is applied, with %j', async (asked_) => {
    const about = { address: 'aws_sns_topic.alerts', resource: 'arn:{partition}:sns:eu-west-1:123456789012:x' };
    runbook.world.lacking = [
      { ...about, action: 'sns:CreateTopic', destroys: false },
      { ...about, action: 'sns:DeleteTopic', destroys: true },
    ];
    const { error, cause, states } = await runbook.run('provision', { environment: 'dev', ...asked_ });
    expect(error).toBe('PlanRefused');
    expect(cause).toContain('aws_sns_topic.alerts lacks sns:CreateTopic, sns:DeleteTopic on ');
    expect(cause).toContain('Nothing of it was applied');
    expect(states).not.toContain('Approve plan');
    expect(runbook.world.commands()).not.toContain('apply');
  });
});

describe('a refusal', () => {
  test.each([
    ['{"approved": false, "reason": "too dear"}', 'too dear'],
    ['{}', 'no reason was given'],
    ['{"approved": "yes"}', 'no reason was given'],
  ])('of a first plan, %s, applies nothing of it and leaves what was made to be torn down', async (output, reason) => {
    const { arn, taskToken } = await asked();
    await runbook.sfn.send(new SendTaskSuccessCommand({ taskToken, output }));
    const { status, error, cause } = await runbook.ended(arn);
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'PlanRefused' });
    expect(cause).toBe(`the plan of dev was refused: ${reason}. Nothing of it was applied`);
    expect(runbook.world.commands()).not.toContain('apply');
    // The status stays until the status-change event reports the end of the execution.
    expect(runbook.world.records.get('dev')?.status).toBe('PROVISIONING');
  });

  test('of a plan for what lives leaves it as it was, and going when it was to go', async () => {
    const before = {
      ...liveRecord('dev'),
      expiresAt: `${new Date(Date.now() + 7_200_000).toISOString().slice(0, 19)}Z`,
    };
    runbook.world.records.set('dev', structuredClone(before));
    const { arn, taskToken } = await asked();
    const schedule = () => runbook.world.schedules.get('order-platform-dev-v3-teardown')?.ScheduleExpression;
    expect(schedule()).not.toBe(atMinuteAfter(before.expiresAt));
    await runbook.sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{"approved": false, "reason": "no"}' }));
    const { error, cause } = await runbook.ended(arn);
    expect(error).toBe('PlanRefused');
    expect(cause).toContain('and the environment is as it was before');
    const { status, commit, expiresAt, bundleKey, run } = before;
    expect(runbook.world.records.get('dev')).toMatchObject({ status, commit, expiresAt, bundleKey, run, owner: arn });
    expect(schedule()).toBe(atMinuteAfter(before.expiresAt));
    expect(await statesOf(arn)).toEqual(
      expect.arrayContaining(['Approve plan', 'Release claim', 'Move teardown back', 'Plan refused']),
    );
    // The images of a refused plan are published, and the stable tags still name the ones that run.
    const images = runbook.world.builds.find(({ variables }) => variables.STABLE_TAGS !== undefined);
    expect(images?.variables.STABLE_TAGS).toBe('keep');
    expect(runbook.world.calls('move-tags')).toBe(0);
  });

  test('is what no answer in time means', async () => {
    const hasty = await startRunbook({ ApprovalTimeoutSeconds: 1 });
    const { status, error, cause, states } = await hasty.run('provision', { environment: 'dev', approval: 'plan' });
    expect({ status, error, last: states.at(-1) }).toEqual({
      status: 'FAILED',
      error: 'PlanRefused',
      last: 'Plan refused',
    });
    expect(cause).toContain('nobody answered within 1 minutes');
    expect(hasty.world.commands()).not.toContain('apply');
    await hasty.stop();
  });

  test('is not redriven into an apply', async () => {
    const { arn, taskToken } = await asked();
    await runbook.sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{"approved": false}' }));
    await runbook.ended(arn);
    expect((await runbook.redrive(arn)).error).toBe('PlanRefused');
    expect(runbook.world.commands()).not.toContain('apply');
  });
});
