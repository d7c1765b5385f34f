import { setTimeout as delay } from 'node:timers/promises';

/** Time, as the operations see it; tests give them one of their own. */
export interface Clock {
  /** Milliseconds since the epoch. */
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

/** `2026-01-31T12:00:00Z`: to the second, as EventBridge Scheduler's `at(…)` wants it (without the Z). */
export function instantOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
