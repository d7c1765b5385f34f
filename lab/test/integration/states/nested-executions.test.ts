import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { output, PATIENT, startAccount, task } from './account.ts';

let account: Awaited<ReturnType<typeof startAccount>>;
beforeAll(async () => {
  account = await startAccount(() => []);
});
afterAll(() => account.stop());

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
    await vi.waitFor(async () => expect((await account.describe(inner)).status).toBe('RUNNING'), PATIENT);
    await account.sfn.send(new StopExecutionCommand({ executionArn }));
    await vi.waitFor(async () => expect((await account.describe(inner)).status).toBe('ABORTED'), PATIENT);
  });

  test('names its errors after the service', async () => {
    const StateMachineArn = 'arn:aws:states:eu-west-1:123456789012:stateMachine:none';
    const result = await account.run(task('states:startExecution', { StateMachineArn }));
    expect(result.error).toBe('StepFunctions.StateMachineDoesNotExistException');
  });
});
