import { setTimeout as sleep } from 'node:timers/promises';
import type { RetryPolicy } from '@aws-sdk/client-eventbridge';
import type { Deliver } from './targets.ts';

export interface DeliveryOptions {
  policy: RetryPolicy | undefined;
  /** The first retry waits for this number of milliseconds; the wait doubles with each retry. */
  retryMs: number;
  deadLetter?:
    | {
        queueArn: string;
        roleArn?: string | undefined;
        payload: string;
        /** The attributes name the rule or schedule, and the target. */
        attributes: Record<string, string>;
      }
    | undefined;
  signal: AbortSignal;
}

const MAX_WAIT_MS = 60_000;
/** EventBridge uses this policy where none is given. */
const DEFAULT_POLICY = { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 };

/**
 * Delivers as EventBridge does: the delivery is repeated after an outage or a throttle, never after a refusal, and ends
 * in the dead-letter queue.
 * @param attempt gets the number of the attempt, from 1
 * @throws the last error when it could not be delivered, after the dead-letter queue has it
 */
export async function deliverWithRetry(
  attempt: (number: number) => Promise<void>,
  deliver: Deliver,
  { policy, retryMs, deadLetter, signal }: DeliveryOptions,
): Promise<void> {
  const { MaximumRetryAttempts: retries = 185, MaximumEventAgeInSeconds: age = 86_400 } = policy ?? DEFAULT_POLICY;
  const deadline = Date.now() + age * 1000;
  for (let number = 1; ; number++) {
    try {
      return await attempt(number);
    } catch (error) {
      const { retryAfterMs = 0 } = error as { retryAfterMs?: number };
      const wait = Math.max(retryAfterMs, Math.min(retryMs * 2 ** (number - 1), MAX_WAIT_MS));
      const exhausted =
        number > retries
          ? 'MaximumRetryAttempts'
          : Date.now() + wait > deadline
            ? 'MaximumEventAgeInSeconds'
            : undefined;
      if (!isTransient(error) || exhausted) {
        if (deadLetter) await sendToDlq(deliver, deadLetter, error as Error, number - 1, exhausted);
        throw error;
      }
      await sleep(wait, undefined, { ref: false, signal });
    }
  }
}

function sendToDlq(
  deliver: Deliver,
  { queueArn, roleArn, payload, attributes }: NonNullable<DeliveryOptions['deadLetter']>,
  error: Error,
  retries: number,
  exhausted: string | undefined,
): Promise<void> {
  const all = {
    ...attributes,
    ERROR_CODE: error.name,
    ERROR_MESSAGE: error.message || error.name,
    RETRY_ATTEMPTS: String(retries),
    ...(exhausted ? { EXHAUSTED_RETRY_CONDITION: exhausted } : {}),
  };
  return deliver(queueArn, payload, {
    roleArn,
    attributes: Object.fromEntries(Object.entries(all).map(([name, value]) => [name, { type: 'String', value }])),
  });
}

/** Only an outage or a throttle passes by itself. */
function isTransient(error: unknown): boolean {
  const { $metadata, code, retryable } = error as {
    $metadata?: { httpStatusCode?: number };
    code?: string;
    retryable?: boolean;
  };
  if (retryable !== undefined) return retryable;
  const status = $metadata?.httpStatusCode;
  // An SDK error without a status is one of the connection, which has a system's code.
  return status === undefined ? code !== undefined : status >= 500 || status === 429;
}
