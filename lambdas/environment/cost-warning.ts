import { isProtected } from '../contracts/lease.ts';
import type { Message } from '../contracts/message.ts';
import type { EnvironmentRecord } from '../contracts/record.ts';
import { costEnd, costSoFar, WARNED_SHARE } from '../contracts/spending.ts';
import { costs, ends, scheduled } from '../notifications/fields.ts';
import { type About, message } from '../notifications/message.ts';
import { money } from '../report/money.ts';

export interface CostWarningPorts {
  about: Omit<About, 'environment'>;
  publish(message: Message): Promise<void>;
  /** Changes the record only if it still has that run. */
  markWarned(record: EnvironmentRecord, warned: NonNullable<EnvironmentRecord['costWarned']>): Promise<unknown>;
}

/**
 * Warns once when an environment has cost most of its limit, and once when it has cost all of it and is protected.
 * Without a protection, the machine `expire` tears it down, and that teardown has a message of its own.
 */
export async function warnOfCost(record: EnvironmentRecord, now: number, ports: CostWarningPorts): Promise<boolean> {
  const { maxCostUsd, status, costWarned } = record;
  const usd = costSoFar(record, now);
  if (!maxCostUsd || usd === undefined || status === 'GONE' || status === 'TEARING_DOWN') return false;
  const keeps = isProtected(record, now);
  const share = usd >= maxCostUsd && keeps ? 1 : usd >= WARNED_SHARE * maxCostUsd ? WARNED_SHARE : 0;
  const before = costWarned?.maxCostUsd === maxCostUsd ? costWarned.share : 0;
  if (share <= before) return false;
  await ports.publish(warning(record, usd, now, keeps, ports.about));
  // The message is published first, since it is better sent twice than never.
  await ports.markWarned(record, { share, maxCostUsd });
  return true;
}

function warning(
  record: EnvironmentRecord,
  usd: number,
  now: number,
  keeps: boolean,
  about: Omit<About, 'environment'>,
): Message {
  const { environment, maxCostUsd } = record;
  const limit = maxCostUsd ?? 0;
  const end = costEnd(record);
  return message({
    about: { ...about, environment },
    what: `has cost ${money(usd)} of ${money(limit)}`,
    details: [
      keeps
        ? 'It is protected, so it is not torn down for its cost before the protection ends.'
        : 'It is torn down within an hour after it has cost all of it, as if its time were over.',
    ],
    facts: [
      ['Maximum cost reached', end === undefined ? undefined : scheduled(end, now)],
      ends(record, now),
      costs(record, now),
    ],
    next: [
      `To let it cost more:\nnpx runbook extend ${environment} --hours 1 --max-cost ${Math.ceil(limit * 2)} --reason 'still needed'`,
    ],
  });
}
