import { setTimeout as delay } from 'node:timers/promises';

/** The operations use this clock. Tests replace it by one of their own. */
export interface Clock {
  /** Returns milliseconds since the epoch. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms) => {
    await delay(ms);
  },
};

export const HOUR_MS = 3_600_000;

/**
 * Returns a time such as `2026-01-31T12:00:00Z`. It is precise to the second, as EventBridge Scheduler's `at(…)` needs
 * it (without the Z).
 */
export function instantOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
