import type { Command } from 'commander';
import wrapAnsi from 'wrap-ansi';
import { endOf } from '../../lambdas/contracts/lease.ts';
import type { EnvironmentRecord } from '../../lambdas/contracts/record.ts';
import { costSoFar } from '../../lambdas/contracts/spending.ts';
import { type CostLine, costLines, PRICES } from '../../lambdas/plan/prices.ts';
import { loadCertificate } from '../certificates.ts';
import { type Cli, type Common, command, say, sayJson, screenOf } from '../cli.ts';
import { type FoundState, loadState } from '../state.ts';
import { table } from '../table.ts';
import { localAndRelative } from '../times.ts';
import { CommandError } from './command-error.ts';
import { loadRecord } from './records.ts';

const HOURS_A_MONTH = 730;
/** The columns of a table have this distance, in characters. */
const GAP = 2;

/** The costs are an estimate in USD, by list prices. */
export interface Cost {
  environment: string;
  usdPerHour: number;
  /**
   * The cost is from the environment's creation until now, or for an environment that is GONE until its first sweep.
   */
  usd: number;
  /** The cost is until the environment's end. The member is absent when the environment is GONE. */
  usdAtEnd?: number;
  endsAt?: string;
  /** The environment may cost at most this much. */
  maxCostUsd?: number;
  lines: readonly CostLine[];
  /** The text says why there are no lines. */
  unknown?: string;
  prices: { region: string; asOf: string; note: string };
}

export function addCost(program: Command, cli: Cli): void {
  command(
    program,
    'cost <environment>',
    'show what an environment costs an hour, by what, so far and until its end',
  ).action(async (environment: string, options: Common) => {
    const account = await cli.open(options);
    const record = await loadRecord(account, environment);
    const cost =
      record.status === 'GONE'
        ? costOfGone(record, await loadCertificate(account, record.lastSweep?.certificate))
        : costOfLiving(record, await loadState(account, record), cli.now());
    if (options.json) return sayJson(cli, cost);
    say(cli, describeCost(cost, cli.now(), undefined, screenOf(cli)).join('\n'));
  });
}

/** @throws {CommandError} when nothing has been applied yet */
export function costOfLiving(record: EnvironmentRecord, state: FoundState, now: number): Cost {
  const { environment, createdAt } = record;
  const lines = state.kind === 'found' ? costLines(state.state.items) : [];
  const usdPerHour = record.usdPerHour ?? (state.kind === 'found' ? sum(lines) : undefined);
  if (usdPerHour === undefined) {
    const why = state.kind === 'unknown' ? state.why : 'nothing has been applied yet';
    throw new CommandError(`what environment "${environment}" costs is not known: ${why}`);
  }
  const priced = { createdAt, usdPerHour, ...(record.spent ? { spent: record.spent } : {}) };
  const until = (time: number) => costSoFar(priced, time) ?? 0;
  return {
    ...{ environment, usdPerHour, usd: until(now), usdAtEnd: until(Math.max(now, endOf(record))) },
    endsAt: new Date(endOf(record)).toISOString(),
    ...(record.maxCostUsd ? { maxCostUsd: record.maxCostUsd } : {}),
    ...{ lines, prices: PRICES },
    ...(state.kind === 'unknown' ? { unknown: state.why } : {}),
  };
}

type Certificate = Awaited<ReturnType<typeof loadCertificate>>;

/** @throws {CommandError} when the certificate does not contain the cost */
export function costOfGone({ environment }: EnvironmentRecord, certificate: Certificate): Cost {
  const cost = certificate?.cost;
  if (!cost)
    throw new CommandError(`what environment "${environment}" has cost is not known: its certificate does not say`);
  const { usd, usdPerHour, lines, prices } = cost;
  return { environment, usdPerHour, usd, lines, prices };
}

/** @param columns width of the screen in characters; undefined where there is no screen */
export function describeCost(cost: Cost, now: number, timeZone?: string, columns?: number): string[] {
  const { lines, usdPerHour, usd, usdAtEnd, endsAt, maxCostUsd, unknown, prices } = cost;
  const row = (what: string, amount: number, count = '') => [what, count, dollars(amount)];
  const end = endsAt === undefined ? '' : localAndRelative(Date.parse(endsAt), now, timeZone);
  return [
    ...figures(columns, [
      ...lines.map((line) => row(line.what, line.usdPerHour, String(line.count))),
      row('an hour', usdPerHour),
      row(endsAt === undefined ? 'in all' : 'so far', usd),
      ...(usdAtEnd === undefined ? [] : [row(`until ${end}`, usdAtEnd)]),
      ...(maxCostUsd === undefined ? [] : [row('at most: it is torn down then', maxCostUsd)]),
      ...(endsAt === undefined ? [] : [row('a month, if it stayed', usdPerHour * HOURS_A_MONTH)]),
    ]),
    ...(unknown ? [`By what, is not known: ${unknown}`] : []),
    `${prices.note} ${prices.region}, ${prices.asOf}.`,
  ];
}

/** Returns a table whose first column is wrapped where the screen is narrow, so that a figure stays beside its name. */
function figures(columns: number | undefined, rows: readonly (readonly string[])[]): string[] {
  const widest = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const room = (columns ?? Number.POSITIVE_INFINITY) - widest(1) - widest(2) - 2 * GAP;
  if (widest(0) <= room) return table(rows);
  return table(
    rows.flatMap(([what = '', ...amounts]) => {
      const [first = '', ...rest] = wrapAnsi(what, room - GAP, { hard: false }).split('\n');
      return [[first, ...amounts], ...rest.map((line) => [`${' '.repeat(GAP)}${line}`, ...amounts.map(() => '')])];
    }),
  );
}

const sum = (lines: readonly CostLine[]): number => lines.reduce((all, line) => all + line.usdPerHour, 0);
/** Formats an amount. Two decimals are too few for the price of an hour. */
const dollars = (usd: number): string => `$${usd.toFixed(usd >= 10 ? 2 : 4)}`.padStart(9);
