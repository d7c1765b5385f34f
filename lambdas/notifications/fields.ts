import { executionPage } from '../contracts/console.ts';
import { endOf } from '../contracts/lease.ts';
import type { EnvironmentRecord } from '../contracts/record.ts';
import { money } from '../report/money.ts';
import { duration } from '../report/times.ts';
import { HOUR_MS, instantOf } from '../runtime/clock.ts';
import type { Evidence, Execution } from './execution.ts';

/** Lines that several messages have. Each is undefined when it is not known. */

const MINUTE_MS = 60_000;

type Fact = readonly [name: string, value: string | undefined];

export function took({ startedAt, stoppedAt }: Execution): Fact {
  return ['Took', stoppedAt === undefined ? undefined : duration(stoppedAt - startedAt)];
}

export function why({ input }: Execution): Fact {
  return ['Reason', input.reason];
}

export function page({ arn }: Execution): Fact {
  return ['Execution', executionPage(arn)];
}

export function report({ page: url, certificate }: Evidence): Fact {
  return [certificate ? 'Certificate' : 'Report', url];
}

/** Of what lives, in the time of nobody's own zone: a message has readers in several. */
export function ends(record: EnvironmentRecord | null, now: number): Fact {
  return ['Scheduled teardown', record ? scheduled(endOf(record), now) : undefined];
}

/** `2026-01-31 20:00 UTC (in 3 h 10 min)`. */
export function scheduled(time: number, now: number): string {
  const minutes = Math.floor((time - now) / MINUTE_MS) * MINUTE_MS;
  const at = `${instantOf(time).slice(0, 16).replace('T', ' ')} UTC`;
  return `${at} (${time <= now ? 'its time is over' : minutes === 0 ? 'now' : `in ${duration(minutes)}`})`;
}

/** By list prices. */
export function costs(record: EnvironmentRecord | null, now: number): Fact {
  if (record?.usdPerHour === undefined) return ['Cost', undefined];
  const { usdPerHour, createdAt } = record;
  const hours = Math.max(0, now - Date.parse(createdAt)) / HOUR_MS;
  return ['Cost', `about ${money(usdPerHour)} an hour, ${money(usdPerHour * hours)} so far`];
}

/** What the run cost in all, as its certificate has it. */
export function cost({ certificate }: Evidence): Fact {
  const known = certificate?.cost;
  return ['Cost', known && `about ${money(known.usd)} in ${duration(known.hours * HOUR_MS)}`];
}
