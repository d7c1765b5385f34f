import { setTimeout as delay } from 'node:timers/promises';

/** Executions read the time from this clock. Tests replace it with their own. */
export interface Clock {
  /** The time is in milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason as soon as it is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** Node can set no longer timer; a Wait state may last a year. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    const end = Date.now() + ms;
    do {
      signal.throwIfAborted();
      const left = Math.min(Math.max(0, end - Date.now()), LONGEST_TIMER_MS);
      await delay(left, undefined, { signal }).catch((error) => {
        signal.throwIfAborted();
        throw error;
      });
    } while (Date.now() < end);
  },
};

/** Settles as the promise does, or rejects with the signal's reason if that comes first. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
