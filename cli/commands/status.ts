import type { Command } from 'commander';
import { endOf, isOutdated, isProtected, scheduledEnd, whyUnsettled } from '../../lambdas/contracts/lease.ts';
import { applicationUrl } from '../../lambdas/contracts/outputs.ts';
import {
  type EnvironmentRecord,
  type LastValidation,
  type LeaseChange,
  laterPartial,
  partialLabel,
} from '../../lambdas/contracts/record.ts';
import { costSoFar, withoutEffect } from '../../lambdas/contracts/spending.ts';
import { type Cli, type Common, command, say, sayJson } from '../cli.ts';
import { shortName } from '../executions.ts';
import { table } from '../table.ts';
import { localAndRelative, relative } from '../times.ts';
import { listRecords, loadRecord } from './records.ts';

export function addStatus(program: Command, cli: Cli): void {
  command(
    program,
    'status [environment]',
    'list the environments, or show one: state, end, cost, last verdicts',
  ).action(async (environment: string | undefined, options: Common) => {
    const account = await cli.open(options);
    if (environment) {
      const record = await loadRecord(account, environment);
      if (options.json) return sayJson(cli, record);
      return say(cli, statusDetails(record, cli.now()).join('\n'));
    }
    const records = await listRecords(account);
    if (options.json) return sayJson(cli, records);
    if (records.length === 0) return say(cli, 'No environments. Create one: npx runbook provision dev');
    return say(cli, statusTable(records, cli.now()).join('\n'));
  });
}

/** Returns one row for each environment. */
export function statusTable(records: readonly EnvironmentRecord[], now: number): string[] {
  const header = ['ENVIRONMENT', 'STATUS', 'ENDS', 'COST', 'COMMIT', 'VALIDATED', 'SWEPT'];
  return table([
    header,
    ...records.map((record) => {
      const { environment, status, commit, usdPerHour, lastSweep } = record;
      return [
        environment,
        status,
        status === 'GONE' ? '' : `${relative(endOf(record), now)}${isProtected(record, now) ? ', protected' : ''}`,
        status === 'GONE' || usdPerHour === undefined ? '' : `$${usdPerHour.toFixed(2)}/h`,
        commit.slice(0, 12),
        validated(record, now),
        lastSweep ? `${lastSweep.verdict} ${ago(lastSweep.at, now)}` : '',
      ];
    }),
  ]);
}

/** Returns the last whole validation, and a later validation of some checks. */
function validated(record: EnvironmentRecord, now: number): string {
  const { lastValidation: whole } = record;
  const later = laterPartial(record);
  return [
    whole && `${whole.verdict} ${ago(whole.at, now)}${outdated(record, whole)}`,
    later &&
      `${partialLabel(later.checks.length, later.of)} ${later.verdict} ${ago(later.at, now)}${outdated(record, later)}`,
  ]
    .filter(Boolean)
    .join(', ');
}

function outdated(record: EnvironmentRecord, validation: LastValidation): string {
  return isOutdated(record, validation) ? ' (outdated)' : '';
}

/**
 * Returns everything about one environment, one fact on each line. Times are in the operator's time zone unless another
 * is given.
 */
export function statusDetails(record: EnvironmentRecord, now: number, timeZone?: string): string[] {
  const { environment, status, owner, lastFailure, lastValidation, lastSweep, protection, leaseChanges = [] } = record;
  const { lastPartialValidation: part } = record;
  const time = (instant: string | number) => localAndRelative(new Date(instant).getTime(), now, timeZone);
  const isHeld = status === 'PROVISIONING' || status === 'TEARING_DOWN';
  const rows: [string, string | undefined][] = [
    ['environment', environment],
    ['status', status],
    ['run', record.run],
    ['commit', record.commit],
    ['created', time(record.createdAt)],
    ['ends', status === 'GONE' ? undefined : `${time(endOf(record))}${endsByCost(record) ? ', by its cost' : ''}`],
    [
      'protected',
      isProtected(record, now) && protection
        ? `until ${time(protection.until)} by ${shortName(protection.by)}: ${protection.reason}`
        : undefined,
    ],
    ...leaseChanges.map((change): [string, string] => [changeOf(change), describeChange(change, time)]),
    ['cost', status === 'GONE' ? undefined : costOf(record, now)],
    [isHeld ? 'held by' : 'last run', owner && `${shortName(owner)}, since ${time(record.claimedAt)}`],
    ['address', applicationUrl(record.outputs)],
    [
      'validated',
      lastValidation &&
        `${lastValidation.verdict} ${time(lastValidation.at)}${outdated(record, lastValidation)}: npx runbook report ${environment}`,
    ],
    [
      'in part',
      part &&
        `${partialLabel(part.checks.length, part.of)} ${part.verdict} ${time(part.at)}${outdated(record, part)} (${part.checks.join(', ')}): npx runbook report ${environment} --of partial`,
    ],
    ['unknown', whyUnsettled(record)],
    ['swept', lastSweep && `${lastSweep.verdict} ${time(lastSweep.at)}: npx runbook report ${environment} --of sweep`],
    ['left', status === 'GONE' ? lastSweep?.left?.join(', ') : undefined],
    [
      'failed',
      lastFailure &&
        `${lastFailure.machine} ${lastFailure.status} ${time(lastFailure.at)}: ${[lastFailure.error, lastFailure.cause].filter(Boolean).join(': ')}`,
    ],
  ];
  return table(rows.flatMap(([name, value]) => (value ? [[name, value]] : [])));
}

/** Reports whether the limit of the cost is reached before the scheduled end, and no protection extends the life. */
function endsByCost(record: EnvironmentRecord): boolean {
  return endOf(record) < scheduledEnd(record);
}

const isLift = ({ change, at, to }: LeaseChange): boolean => change === 'protect' && Date.parse(to) <= Date.parse(at);

function changeOf(change: LeaseChange): string {
  if (change.change === 'extend') return 'extended';
  return isLift(change) ? 'unprotected' : 'was protected';
}

function describeChange(change: LeaseChange, time: (instant: string) => string): string {
  const until = isLift(change) ? '' : `until ${time(change.to)} `;
  return `${until}by ${shortName(change.execution)} at ${time(change.at)}: ${change.reason}`;
}

/** Returns an estimate by list prices. */
function costOf(record: EnvironmentRecord, now: number): string | undefined {
  const { usdPerHour, maxCostUsd } = record;
  const usd = costSoFar(record, now);
  const limit = maxCostUsd ? `$${maxCostUsd.toFixed(2)} at most${withoutEffect(record)}` : undefined;
  if (usdPerHour === undefined || usd === undefined) return limit;
  return `about $${usdPerHour.toFixed(2)} an hour, $${usd.toFixed(2)} so far${limit ? `, of ${limit}` : ''}`;
}

const ago = (instant: string, now: number): string => relative(Math.min(Date.parse(instant), now - 1), now);
