import { HOUR_MS } from '../runtime/clock.ts';
import type { EnvironmentRecord } from './record.ts';

/** What an environment has cost, by list prices and time, and when it has cost what it may. Pure, in USD: an estimate. */

type Spending = Pick<EnvironmentRecord, 'createdAt' | 'usdPerHour' | 'spent' | 'maxCostUsd'>;

/** At this share of what it may cost, people are warned. */
export const WARNED_SHARE = 0.8;

/** Undefined while nothing has been applied that has a price. */
export function costSoFar({ createdAt, usdPerHour, spent }: Omit<Spending, 'maxCostUsd'>, now: number) {
  if (usdPerHour === undefined) return undefined;
  const since = Date.parse(spent?.at ?? createdAt);
  return (spent?.usd ?? 0) + (usdPerHour * Math.max(0, now - since)) / HOUR_MS;
}

/** When it has cost what it may, in milliseconds; undefined when it never will, or when its price is not known. */
export function costEnd({ createdAt, usdPerHour, spent, maxCostUsd }: Spending): number | undefined {
  if (maxCostUsd === undefined || maxCostUsd === null || !usdPerHour) return undefined;
  const since = Date.parse(spent?.at ?? createdAt);
  return since + Math.max(0, (maxCostUsd - (spent?.usd ?? 0)) / usdPerHour) * HOUR_MS;
}
