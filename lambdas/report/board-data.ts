import type { KeptValidation, Ledger, Message, Read, RunBuildView, UnderWay } from '../contracts/board.ts';
import type { Certificate } from '../contracts/certificate.ts';
import type { EnvironmentRecord } from '../contracts/record.ts';
import { costSoFar } from '../contracts/spending.ts';

/** All that the board says. */
export interface BoardData {
  accountId: string;
  region: string;
  /** When it was read, in milliseconds since the epoch. */
  at: number;
  records: Read<{ records: readonly EnvironmentRecord[]; malformed: readonly string[] }>;
  /** By machine. */
  underWay: readonly (readonly [machine: string, runs: Read<readonly UnderWay[]>])[];
  ledger: Read<Ledger>;
}

/** One change of a plan. */
export interface PlannedAction {
  address: string;
  action: 'destroy' | 'replace' | 'change' | 'add';
}

/** All that the page of a run says. */
export interface RunPageData {
  record: EnvironmentRecord;
  /** When it was read, in milliseconds since the epoch. */
  at: number;
  /** Undefined when none was made. */
  plan: Read<readonly PlannedAction[] | undefined>;
  builds: Read<readonly RunBuildView[]>;
  /** Each with the key of its report, the newest first. */
  validations: Read<readonly (readonly [key: string, validation: Read<KeptValidation>])[]>;
  certificate: Read<Certificate | undefined>;
  messages: Read<readonly Read<Message>[]>;
}

const HOUR_MS = 3_600_000;

export interface MonthCost {
  usd: number;
  /** What is not in the sum, each as a sentence without its period. */
  missing: readonly string[];
}

/** Of the calendar month of `now`, in UTC, by list prices. */
export function costOfMonth(
  { runs, since }: Ledger,
  { records, malformed }: { records: readonly EnvironmentRecord[]; malformed: readonly string[] },
  now: number,
): MonthCost {
  const date = new Date(now);
  const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
  const alive = records.filter(({ status }) => status !== 'GONE');
  const isAlive = (run: string) => alive.some((record) => record.run === run);
  const over = runs.filter(({ run }) => !isAlive(run));
  const missing = [
    ...malformed.map((name) => `${name}, whose record could not be read`),
    ...(Date.parse(since) > first ? [`what was torn down before ${since.slice(0, 10)}`] : []),
    ...alive
      .filter(({ usdPerHour }) => usdPerHour === undefined)
      .map(({ environment }) => `${environment}, whose cost an hour is not known yet`),
    ...over
      .filter(({ cost, at }) => !cost && Date.parse(at) >= first)
      .map(({ run }) => `${run}, whose certificate has no cost`),
    ...records
      .filter(
        ({ status, run, claimedAt }) =>
          status === 'GONE' && Date.parse(claimedAt) >= first && !runs.some((one) => one.run === run),
      )
      .map(({ run }) => `${run}, which no sweep has certified`),
  ];
  // Of what it has cost at an earlier price, nobody knows how much was in the month before.
  const ofAlive = alive.map((one) =>
    Date.parse(one.createdAt) < first ? (one.usdPerHour ?? 0) * hours(first, now) : (costSoFar(one, now) ?? 0),
  );
  const ofOver = over.flatMap(({ cost }) =>
    cost ? [cost.usdPerHour * hours(Math.max(first, Date.parse(cost.from)), Math.min(now, Date.parse(cost.to)))] : [],
  );
  return { usd: [...ofAlive, ...ofOver].reduce((all, one) => all + one, 0), missing };
}

function hours(from: number, to: number): number {
  return Math.max(0, to - from) / HOUR_MS;
}

/** Runs of which something is left, or may be, the newest first. */
export function notClean({ runs }: Ledger): Ledger['runs'] {
  return runs.filter(({ verdict }) => verdict !== 'CLEAN').toSorted((a, b) => b.at.localeCompare(a.at));
}
