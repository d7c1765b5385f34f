import { SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startRunbook } from './support/runbook.ts';

let runbook: Awaited<ReturnType<typeof startRunbook>>;
beforeAll(async () => {
  runbook = await startRunbook();
});
beforeEach(() => runbook.reset());
afterAll(() => runbook.stop());

describe('an approval', () => {
  async function asked() {
    const arn = await runbook.start('provision', { environment: 'dev', approval: 'plan' });
    await expect.poll(() => runbook.world.messages.length, { timeout: 10_000 }).toBe(1);
    const [message] = runbook.world.messages;
    return { arn, message, taskToken: /--task-token (\S+)/.exec(message?.Message ?? '')?.[1] ?? '' };
  }

  test('tells how to give it, and is followed by the apply', async () => {
    const { arn, message, taskToken } = await asked();
    expect(message?.Subject).toBe('Approve the plan of dev?');
    expect(message?.Message).toContain('add 83, change 0 and destroy 2');
    expect(message?.Message).toContain(`--task-output '{"approved": true}' --task-token ${taskToken}`);
    expect(runbook.world.commands()).not.toContain('apply');
    await runbook.sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{"approved": true}' }));
    expect((await runbook.ended(arn)).status).toBe('SUCCEEDED');
    expect(runbook.world.commands()).toContain('apply');
  });

  test.each(['{"approved": false}', '{}', '{"approved": "yes"}'])('of %s is a refusal', async (output) => {
    const { arn, taskToken } = await asked();
    await runbook.sfn.send(new SendTaskSuccessCommand({ taskToken, output }));
    const { status, error, cause } = await runbook.ended(arn);
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'PlanRefused' });
    expect(cause).toContain('nothing of it was applied');
    expect(runbook.world.commands()).not.toContain('apply');
  });

  test('that does not come in time is a refusal', async () => {
    const hasty = await startRunbook({ ApprovalTimeoutSeconds: 1 });
    const { status, error, states } = await hasty.run('provision', { environment: 'dev', approval: 'plan' });
    expect({ status, error, last: states.at(-1) }).toEqual({
      status: 'FAILED',
      error: 'States.Timeout',
      last: 'Approve plan',
    });
    expect(hasty.world.commands()).not.toContain('apply');
    await hasty.stop();
  });
});
