import type { Message } from '../contracts/message.ts';
import type { Orphan, Unread } from '../contracts/orphans.ts';
import type { EnvironmentRecord } from '../contracts/record.ts';
import { money } from '../report/money.ts';
import { type About, message } from './message.ts';

/** An e-mail lists at most this many resources; the report in the control bucket contains all of them. */
const NAMED = 20;

/**
 * Returns the message about a live environment's resources that are not in Terraform's state, with their costs, and
 * about what could not be read.
 */
export function orphaned(
  about: Omit<About, 'environment'>,
  { environment, run }: Pick<EnvironmentRecord, 'environment' | 'run'>,
  orphans: readonly Orphan[],
  unread: readonly Unread[],
): Message {
  const priced = orphans.filter(({ hourly }) => hourly.usd !== undefined);
  const sum = priced.reduce((usd, { hourly }) => usd + (hourly.usd ?? 0), 0);
  const rest = orphans.length - priced.length;
  const what =
    orphans.length > 0
      ? `${counted(orphans.length, 'orphaned resource')}`
      : 'nobody knows whether there are orphaned resources';
  return message({
    about: { ...about, environment },
    what,
    details: [
      ...(orphans.length > 0
        ? [
            `They carry the tags of ${environment} (${run}), are not in its Terraform state, and no AWS service made them. A build that was stopped leaves such resources. Nothing was deleted.`,
            listed(orphans.map(({ type, id, arn, hourly }) => `${type} ${arn ?? id}: ${priceOf(hourly)}`)),
          ]
        : []),
      ...(unread.length > 0
        ? [
            'Not looked at:',
            listed(unread.map(({ service, type, id, reason }) => `${service} ${type} ${id}: ${reason}`)),
          ]
        : []),
    ],
    facts: [
      [
        'Cost',
        orphans.length > 0
          ? `about ${money(sum)} an hour${rest > 0 ? `, and ${counted(rest, 'resource')} whose price is not known here` : ''}`
          : undefined,
      ],
    ],
    next:
      orphans.length > 0
        ? [
            `A teardown removes them, and so may their owner. To see what a teardown would remove:\nnpx runbook teardown ${environment} --plan`,
          ]
        : [],
  });
}

function priceOf({ usd, basis }: Orphan['hourly']): string {
  return usd === undefined ? basis : usd === 0 ? basis : `about ${money(usd)} an hour, ${basis}`;
}

function listed(lines: readonly string[]): string {
  const more = lines.length > NAMED ? [`and ${lines.length - NAMED} more`] : [];
  return [...lines.slice(0, NAMED), ...more].map((line) => `- ${line}`).join('\n');
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
