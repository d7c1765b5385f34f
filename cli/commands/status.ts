import type { Command } from 'commander';
import { endOf, isProtected } from '../../lambdas/contracts/lease.ts';
import { type EnvironmentRecord, partialLabel } from '../../lambdas/contracts/record.ts';
import { type Cli, type Common, command, say, sayJson } from '../cli.ts';
import { table } from '../table.ts';
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

/** What a person wants to know of each environment, in columns. */
export function statusTable(records: readonly EnvironmentRecord[], now: number): string[] {
  const header = ['ENVIRONMENT', 'STATUS', 'ENDS', 'COST', 'COMMIT', 'VALIDATED', 'SWEPT'];
  return table([
    header,
    ...records.map((record) => {
      const { environment, status, commit, usdPerHour, lastSweep } = record;
      return [
        environment,
        status,
        status === 'GONE' ? '' : `${until(endOf(record), now)}${isProtected(record, now) ? ', protected' : ''}`,
        status === 'GONE' || usdPerHour === undefined ? '' : `$${usdPerHour.toFixed(2)}/h`,
        commit.slice(0, 12),
        validated(record, now),
        lastSweep ? `${lastSweep.verdict} ${ago(lastSweep.at, now)}` : '',
      ];
    }),
  ]);
}

/** The last whole validation, and after it a later one of some checks. */
function validated({ lastValidation: whole, lastPartialValidation: part }: EnvironmentRecord, now: number): string {
  const later = part && (!whole || Date.parse(part.at) > Date.parse(whole.at)) ? part : undefined;
  return [
    whole && `${whole.verdict} ${ago(whole.at, now)}`,
    later && `${partialLabel(later.checks.length, later.of)} ${later.verdict} ${ago(later.at, now)}`,
  ]
    .filter(Boolean)
    .join(', ');
}

/** Everything about one environment, a line each. */
export function statusDetails(record: EnvironmentRecord, now: number): string[] {
  const { lastFailure, lastValidation, lastPartialValidation: part, lastSweep, protection, leaseChanges = [] } = record;
  const goesAt = new Date(endOf(record)).toISOString().replace('.000Z', 'Z');
  const rows: [string, string | undefined][] = [
    ['environment', record.environment],
    ['status', record.status],
    ['run', record.run],
    ['commit', record.commit],
    ['created', `${record.createdAt}, ${ago(record.createdAt, now)}`],
    ['ends', record.status === 'GONE' ? undefined : `${goesAt}, ${until(endOf(record), now)}`],
    [
      'protected',
      isProtected(record, now) ? `until ${protection?.until} by ${protection?.by}: ${protection?.reason}` : undefined,
    ],
    ...leaseChanges.map(({ change, at, to, execution, reason }): [string, string] => [
      change,
      `at ${at} to ${to} by ${execution}: ${reason}`,
    ]),
    ['cost', record.status === 'GONE' ? undefined : costOf(record, now)],
    ['owner', record.owner && `${record.ownerMachine} ${record.owner}, since ${record.claimedAt}`],
    ['address', record.outputs?.alb_dns_name && `http://${record.outputs.alb_dns_name}`],
    ['validated', lastValidation && `${lastValidation.verdict} at ${lastValidation.at}: ${lastValidation.report}`],
    [
      'in part',
      part &&
        `${partialLabel(part.checks.length, part.of)} ${part.verdict} at ${part.at} (${part.checks.join(', ')}): ${part.report}`,
    ],
    ['swept', lastSweep && `${lastSweep.verdict} at ${lastSweep.at}: ${lastSweep.certificate}`],
    [
      'failed',
      lastFailure &&
        `${lastFailure.machine} ${lastFailure.status} at ${lastFailure.at}: ${[lastFailure.error, lastFailure.cause].filter(Boolean).join(': ')}`,
    ],
  ];
  return table(rows.flatMap(([name, value]) => (value ? [[name, value]] : [])));
}

/** By list prices: an estimate. */
function costOf({ usdPerHour, createdAt }: EnvironmentRecord, now: number): string | undefined {
  if (usdPerHour === undefined) return undefined;
  const hours = Math.max(0, now - Date.parse(createdAt)) / 3_600_000;
  return `about $${usdPerHour.toFixed(2)} an hour, $${(usdPerHour * hours).toFixed(2)} so far`;
}

function until(time: number, now: number): string {
  const ms = time - now;
  return ms >= 0 ? `in ${span(ms)}` : `${span(-ms)} ago`;
}

const ago = (instant: string, now: number): string => `${span(Math.max(0, now - Date.parse(instant)))} ago`;

function span(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return `${Math.floor(ms / 1_000)} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
