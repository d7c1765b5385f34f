import { executionPage } from '../contracts/console.ts';
import { latestEnd, scheduledEnd } from '../contracts/lease.ts';
import type { Message } from '../contracts/message.ts';
import type { ExpiryWarningEvent } from '../contracts/payloads/lease.ts';
import type { EnvironmentRecord } from '../contracts/record.ts';
import { costs, scheduled } from '../notifications/fields.ts';
import { message, placeOf } from '../notifications/message.ts';
import { HOUR_MS, instantOf } from '../runtime/clock.ts';

export interface ExpiryWarningPorts {
  loadRecord(environment: string): Promise<EnvironmentRecord | null>;
  publish(message: Message): Promise<void>;
  now(): number;
}

export interface ExpiryWarningOptions {
  product: string;
  topicArn: string;
  maxLifeHours: number;
}

/**
 * Warns that an environment is torn down soon, and says how to keep it. The function sends nothing when the end has
 * changed or the teardown has begun.
 */
export async function sendExpiryWarning(
  { environment, endsAt, teardownAt }: ExpiryWarningEvent,
  options: ExpiryWarningOptions,
  ports: ExpiryWarningPorts,
): Promise<{ warned: boolean }> {
  const record = await ports.loadRecord(environment);
  const ends =
    record !== null &&
    record.status !== 'GONE' &&
    record.status !== 'TEARING_DOWN' &&
    instantOf(scheduledEnd(record)) === endsAt;
  if (!ends) return { warned: false };
  const minutes = Math.max(0, Math.round((Date.parse(teardownAt) - ports.now()) / 60_000));
  const reminder = message({
    about: placeOf(options.product, options.topicArn, environment),
    what: `teardown in ${minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`}`,
    facts: [
      ['Scheduled teardown', scheduled(Date.parse(teardownAt), ports.now())],
      ['Run', record.run],
      costs(record, ports.now()),
      ['Last execution', record.owner && executionPage(record.owner)],
    ],
    next: [howToKeep(record, options, ports.now())],
  });
  await ports.publish(reminder);
  return { warned: true };
}

function howToKeep(record: EnvironmentRecord, options: ExpiryWarningOptions, now: number): string {
  const { environment } = record;
  const last = latestEnd(record, options.maxLifeHours);
  const hours = Math.floor((last - Math.max(Date.parse(record.expiresAt), now)) / HOUR_MS);
  if (hours >= 1) {
    const added = Math.min(hours, 4);
    const counted = (count: number) => `${count} more hour${count === 1 ? '' : 's'}`;
    return `To keep it ${counted(added)} (${hours} possible):\nnpx runbook extend ${environment} --hours ${added} --reason 'still needed'`;
  }
  return `It has reached its maximum lifetime, ${options.maxLifeHours} hours. To block the teardown anyway:\nnpx runbook protect ${environment} --until 24h --reason 'still needed'`;
}
