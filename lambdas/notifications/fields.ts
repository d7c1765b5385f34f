import { executionPage } from '../contracts/console.ts';
import { endOf } from '../contracts/lease.ts';
import type { EnvironmentRecord } from '../contracts/record.ts';
import { costSoFar } from '../contracts/spending.ts';
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

/** When it ended; a message may come late. */
export function since({ stoppedAt }: Execution, now: number): Fact {
  if (stoppedAt === undefined) return ['Since', undefined];
  return ['Since', `${minute(stoppedAt)} (${duration(Math.max(0, now - stoppedAt))} ago)`];
}

export function why({ input }: Execution): Fact {
  return ['Reason', input.reason];
}

export function page({ arn }: Execution): Fact {
  return ['Execution', executionPage(arn)];
}

/** With a link that opens, and until when; else where it is kept. */
export function report({ page: place, link, certificate }: Evidence): Fact {
  const name = certificate ? 'Certificate' : 'Report';
  // Nothing after the address: mail programs would take it for a part of it.
  return link ? [`${name}, opens until ${minute(link.until)}`, link.url] : [name, place];
}

/** Of what lives, in the time of nobody's own zone: a message has readers in several. */
export function ends(record: EnvironmentRecord | null, now: number): Fact {
  return ['Scheduled teardown', record ? scheduled(endOf(record), now) : undefined];
}

/** `2026-01-31 20:00 UTC (in 3 h 10 min)`. */
export function scheduled(time: number, now: number): string {
  const minutes = Math.floor((time - now) / MINUTE_MS) * MINUTE_MS;
  return `${minute(time)} (${time <= now ? 'its time is over' : minutes === 0 ? 'now' : `in ${duration(minutes)}`})`;
}

/** `2026-01-31 20:00 UTC`. */
function minute(time: number): string {
  return `${instantOf(time).slice(0, 16).replace('T', ' ')} UTC`;
}

/** By list prices. */
export function costs(record: EnvironmentRecord | null, now: number): Fact {
  const usd = record ? costSoFar(record, now) : undefined;
  if (!record || usd === undefined) return ['Cost', undefined];
  const limit = record.maxCostUsd ? `, of ${money(record.maxCostUsd)} at most` : '';
  return ['Cost', `about ${money(record.usdPerHour ?? 0)} an hour, ${money(usd)} so far${limit}`];
}

/** What the run cost in all, as its certificate has it. */
export function cost({ certificate }: Evidence): Fact {
  const known = certificate?.cost;
  return ['Cost', known && `about ${money(known.usd)} in ${duration(known.hours * HOUR_MS)}`];
}
