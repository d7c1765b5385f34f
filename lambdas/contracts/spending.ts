import { HOUR_MS } from '../runtime/clock.ts';
import type { EnvironmentRecord } from './record.ts';

/**
 * This module estimates in USD what an environment has cost, by list prices and time, and when it reaches its maximum
 * cost. It is pure.
 */

type Spending = Pick<EnvironmentRecord, 'createdAt' | 'usdPerHour' | 'spent' | 'maxCostUsd'>;

/** People are warned at this share of the maximum cost. */
export const WARNED_SHARE = 0.8;

/** Returns what the environment has cost, or undefined while nothing has been applied that has a price. */
export function costSoFar({ createdAt, usdPerHour, spent }: Omit<Spending, 'maxCostUsd'>, now: number) {
  if (usdPerHour === undefined) return undefined;
  const since = Date.parse(spent?.at ?? createdAt);
  return (spent?.usd ?? 0) + (usdPerHour * Math.max(0, now - since)) / HOUR_MS;
}

/**
 * Says that a maximum cost has no effect, because no resource has a list price here. The function returns an empty text
 * where the maximum has an effect, where there is none, and while nothing is known.
 */
export function withoutEffect({ usdPerHour, maxCostUsd }: Pick<Spending, 'usdPerHour' | 'maxCostUsd'>): string {
  return maxCostUsd && usdPerHour === 0 ? ', which does not end it: no resource has a price here' : '';
}

/**
 * Returns when the environment reaches its maximum cost, in milliseconds. The function returns undefined when it never
 * will, or when its price is not known.
 */
export function costEnd({ createdAt, usdPerHour, spent, maxCostUsd }: Spending): number | undefined {
  if (maxCostUsd === undefined || maxCostUsd === null || !usdPerHour) return undefined;
  const since = Date.parse(spent?.at ?? createdAt);
  return since + Math.max(0, (maxCostUsd - (spent?.usd ?? 0)) / usdPerHour) * HOUR_MS;
}
