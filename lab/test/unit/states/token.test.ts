import { describe, expect, test } from 'vitest';
import type { Behaviour } from './machine.ts';
import { execution, outcome, task } from './machine.ts';

const waiting = (more = {}) => ({
  T: {
    ...task('t', more),
    Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
    Arguments: { FunctionName: 't', Payload: '{% $states.context.Task.Token %}' },
  },
});

/** Runs the machine. `act` gets the token as soon as the function has it. */
async function withToken(act: (made: ReturnType<typeof execution>, token: string) => void, more = {}) {
  let made: ReturnType<typeof execution> | undefined;
  const t: Behaviour = (payload) => {
    setTimeout(() => made && act(made, String(payload)), 5);
    return 'sent';
  };
  made = execution(waiting(more), { tasks: { t } });
  await made.execution.start();
  return { ...outcome(made.execution), ...made };
}

describe('waitForTaskToken', () => {
  test('succeeds with what is sent back', async () => {
    const result = await withToken(({ tokens }, token) => tokens.succeed(token, { ok: true }));
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: { ok: true } });
    expect(result.types.slice(2, 6)).toEqual(['TaskScheduled', 'TaskStarted', 'TaskSubmitted', 'TaskSucceeded']);
    expect(result.events[4]?.taskSubmittedEventDetails?.output).toBe('"sent"');
  });

  test('fails with what is sent back', async () => {
    const result = await withToken(({ tokens }, token) => tokens.fail(token, 'Refused', 'by hand'));
    expect(result).toMatchObject({ status: 'FAILED', error: 'Refused', cause: 'by hand' });
  });

  test('times out', async () => {
    const result = await withToken(() => {}, { TimeoutSeconds: 600 });
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(result.clock.elapsed()).toBe(600);
  });

  test('gives up when no heartbeat comes', async () => {
    const result = await withToken(() => {}, { TimeoutSeconds: 600, HeartbeatSeconds: 5 });
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(result.clock.elapsed()).toBe(5);
  });

  test.each(['States.HeartbeatTimeout', 'States.Timeout'])('a missed heartbeat is retried as %s', async (name) => {
    const more = { HeartbeatSeconds: 5, Retry: [{ ErrorEquals: [name], MaxAttempts: 1 }] };
    const result = await withToken(() => {}, more);
    expect(result.attempts.get('t')).toBe(2);
    expect(result.clock.elapsed()).toBe(11);
  });

  test('a timeout is no missed heartbeat', async () => {
    const more = { TimeoutSeconds: 5, Retry: [{ ErrorEquals: ['States.HeartbeatTimeout'], MaxAttempts: 1 }] };
    const result = await withToken(() => {}, more);
    expect(result.attempts.get('t')).toBe(1);
  });
});

describe('a token', () => {
  test('that was never issued is invalid', () => {
    const { tokens } = execution(waiting());
    expect(() => tokens.succeed('nobody', 1)).toThrowError(expect.objectContaining({ name: 'InvalidToken' }));
  });

  test('whose task is over has timed out', async () => {
    let used = '';
    const { tokens } = await withToken((made, token) => {
      used = token;
      made.tokens.succeed(token, 1);
    });
    expect(() => tokens.heartbeat(used)).toThrowError(expect.objectContaining({ name: 'TaskTimedOut' }));
  });
});
