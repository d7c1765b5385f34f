import type { KeptValidation, Ledger, Message, Read, RunBuildView, UnderWay } from '../contracts/board.ts';
import type { Certificate } from '../contracts/certificate.ts';
import type { EnvironmentRecord } from '../contracts/record.ts';

/** The data contains everything that the board shows. */
export interface BoardData {
  accountId: string;
  region: string;
  /** The data was read at this time, in milliseconds since the epoch. */
  at: number;
  records: Read<{ records: readonly EnvironmentRecord[]; malformed: readonly string[] }>;
  /** The list has one entry for each machine. */
  underWay: readonly (readonly [machine: string, runs: Read<readonly UnderWay[]>])[];
  ledger: Read<Ledger>;
}

/** This is one change of a plan. */
export interface PlannedAction {
  address: string;
  action: 'destroy' | 'replace' | 'change' | 'add';
}

/** The data contains everything that the page of a run shows. */
export interface RunPageData {
  record: EnvironmentRecord;
  /** The data was read at this time, in milliseconds since the epoch. */
  at: number;
  /** The plan is undefined when none was created. */
  plan: Read<readonly PlannedAction[] | undefined>;
  builds: Read<readonly RunBuildView[]>;
  /** Each entry has the key of the validation's report. The newest entry comes first. */
  validations: Read<readonly (readonly [key: string, validation: Read<KeptValidation>])[]>;
  certificate: Read<Certificate | undefined>;
  messages: Read<readonly Read<Message>[]>;
}

const HOUR_MS = 3_600_000;

/**
 * Returns the cost in USD from the environment's creation until now, by list prices. The function returns undefined
 * until something was applied.
 */
export function costSoFar({ usdPerHour, createdAt }: EnvironmentRecord, now: number): number | undefined {
  return usdPerHour === undefined ? undefined : usdPerHour * hours(Date.parse(createdAt), now);
}

export interface MonthCost {
  usd: number;
  /** These entries are not included in the sum. Each is a sentence without its period. */
  missing: readonly string[];
}

/** Returns the cost of the calendar month of `now`, in UTC, by list prices. */
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
  const ofAlive = alive.map((one) => (one.usdPerHour ?? 0) * hours(Math.max(first, Date.parse(one.createdAt)), now));
  const ofOver = over.flatMap(({ cost }) =>
    cost ? [cost.usdPerHour * hours(Math.max(first, Date.parse(cost.from)), Math.min(now, Date.parse(cost.to)))] : [],
  );
  return { usd: [...ofAlive, ...ofOver].reduce((all, one) => all + one, 0), missing };
}

function hours(from: number, to: number): number {
  return Math.max(0, to - from) / HOUR_MS;
}

/** Returns the runs that left something, or may have left something, the newest first. */
export function notClean({ runs }: Ledger): Ledger['runs'] {
  return runs.filter(({ verdict }) => verdict !== 'CLEAN').toSorted((a, b) => b.at.localeCompare(a.at));
}
