import { executionPage } from '../contracts/console.ts';
import { endOf } from '../contracts/lease.ts';
import type { EnvironmentRecord } from '../contracts/record.ts';
import { costSoFar, withoutEffect } from '../contracts/spending.ts';
import { money } from '../report/money.ts';
import { duration } from '../report/times.ts';
import { HOUR_MS, instantOf } from '../runtime/clock.ts';
import type { Evidence, Execution } from './execution.ts';

/** Several messages have these lines. A value is undefined when it is not known. */

const MINUTE_MS = 60_000;

type Fact = readonly [name: string, value: string | undefined];

export function took({ startedAt, stoppedAt }: Execution): Fact {
  return ['Took', stoppedAt === undefined ? undefined : duration(stoppedAt - startedAt)];
}

/** Returns the time of the end, because a message may be late. */
export function since({ stoppedAt }: Execution, now: number): Fact {
  if (stoppedAt === undefined) return ['Since', undefined];
  const ago = now - stoppedAt;
  return ['Since', `${minute(stoppedAt)} (${ago < MINUTE_MS ? 'just now' : `${duration(ago)} ago`})`];
}

export function why({ input }: Execution): Fact {
  return ['Reason', input.reason];
}

export function page({ arn }: Execution): Fact {
  return ['Execution', executionPage(arn)];
}

/** Returns a link with the time until which it opens, or else the place of the page. */
export function report({ page: place, link, certificate }: Evidence): Fact {
  const name = certificate ? 'Certificate' : 'Report';
  // Nothing follows the URL, because mail programs would treat it as a part of the URL.
  return link ? [`${name}, opens until ${minute(link.until)}`, link.url] : [name, place];
}

/**
 * Returns the end of a live environment. The time is in UTC, because the readers of a message are in several time
 * zones.
 */
export function ends(record: EnvironmentRecord | null, now: number): Fact {
  return ['Scheduled teardown', record ? scheduled(endOf(record), now) : undefined];
}

/** Returns a text such as `2026-01-31 20:00 UTC (in 3 h 10 min)`. */
export function scheduled(time: number, now: number): string {
  const minutes = Math.floor((time - now) / MINUTE_MS) * MINUTE_MS;
  return `${minute(time)} (${time <= now ? 'its time is over' : minutes === 0 ? 'now' : `in ${duration(minutes)}`})`;
}

/** Returns a text such as `2026-01-31 20:00 UTC`. */
function minute(time: number): string {
  return `${instantOf(time).slice(0, 16).replace('T', ' ')} UTC`;
}

/** Returns the costs by list prices. */
export function costs(record: EnvironmentRecord | null, now: number): Fact {
  const usd = record ? costSoFar(record, now) : undefined;
  if (!record || usd === undefined) return ['Cost', undefined];
  const limit = record.maxCostUsd ? `, of ${money(record.maxCostUsd)} at most${withoutEffect(record)}` : '';
  return ['Cost', `about ${money(record.usdPerHour ?? 0)} an hour, ${money(usd)} so far${limit}`];
}

/** Returns the total cost of the run from its certificate. */
export function cost({ certificate }: Evidence): Fact {
  const known = certificate?.cost;
  return ['Cost', known && `about ${money(known.usd)} in ${duration(known.hours * HOUR_MS)}`];
}
