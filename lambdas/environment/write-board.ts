import * as z from 'zod';
import {
  BOARD_PAGE,
  LEDGER,
  type Ledger,
  type LedgerRun,
  ledger,
  runPageKey,
  type UnderWay,
} from '../contracts/board.ts';
import { type Certificate, certificate } from '../contracts/certificate.ts';
import { type EnvironmentRecord, MACHINES, type MachineName } from '../contracts/record.ts';
import { renderBoard } from '../report/board.ts';
import { instantOf } from '../runtime/clock.ts';
import { DependencyError } from '../runtime/errors.ts';
import type { StoredText } from '../sweep/take-inventory.ts';
import { attempt, type RunPagePorts, runPage } from './run-page.ts';

/** Describes an object as it was read. `etag` is undefined for one that does not exist. */
interface Version {
  text: string | undefined;
  etag: string | undefined;
}

export interface BoardPorts extends RunPagePorts {
  accountId(): Promise<string>;
  region: string;
  listRecords(): Promise<{ records: EnvironmentRecord[]; malformed: string[] }>;
  /** Returns the executions of a machine that run, each with its step. */
  underWay(machine: MachineName): Promise<UnderWay[]>;
  readText(key: string): Promise<StoredText>;
  readVersion(key: string): Promise<Version>;
  /**
   * Both functions replace the version that was read.
   * @returns false when the object has another version by now
   */
  replacePage(key: string, page: string, etag: string | undefined): Promise<boolean>;
  replaceJson(key: string, value: unknown, etag: string | undefined): Promise<boolean>;
  now(): number;
}

/** Several events may come at once, but hardly more. */
const ATTEMPTS = 5;
const DAY_MS = 24 * 3_600_000;
/** The cost of a month needs the runs of that month. */
const CLEAN_RUNS_KEPT_MS = 62 * DAY_MS;
/** The page of a run is written for this time after the last change of a record that is GONE. */
const SETTLED_MS = 2 * DAY_MS;

const variable = z.object({ name: z.string(), value: z.string() });
const buildChanged = z.object({
  detail: z.object({
    'additional-information': z.object({
      environment: z.object({ 'environment-variables': z.array(z.unknown()) }),
    }),
  }),
});

/**
 * Returns the environment that an event of a function or of CodeBuild is about. The result is undefined for the hourly
 * event, which is about all.
 */
export function environmentOf(event: unknown): string | undefined {
  const said = z.object({ environment: z.string() }).safeParse(event).data?.environment;
  if (said !== undefined) return said;
  const variables = buildChanged.safeParse(event).data?.detail['additional-information'].environment;
  return variables?.['environment-variables']
    .flatMap((one) => variable.safeParse(one).data ?? [])
    .find(({ name }) => name === 'ENVIRONMENT')?.value;
}

/**
 * Writes the board, and the page of the environment's run. Without an environment, it writes the page of each run that
 * may have changed. The content is always read after the version that it replaces, so that a slower writer never
 * replaces newer facts by older ones.
 */
export async function writeBoard(environment: string | undefined, ports: BoardPorts): Promise<void> {
  const accountId = await ports.accountId();
  let records: EnvironmentRecord[] = [];
  await replace(BOARD_PAGE, ports, async () => {
    const read = await attempt(ports.listRecords());
    records = read.kind === 'read' ? read.value.records : [];
    const underWay = await Promise.all(
      MACHINES.map(async (machine) => [machine, await attempt(ports.underWay(machine))] as const),
    );
    const kept = await attempt(updateLedger(records, ports));
    return renderBoard({ accountId, region: ports.region, at: ports.now(), records: read, underWay, ledger: kept });
  });
  const now = ports.now();
  const due = records.filter((record) =>
    environment ? record.environment === environment : mayHaveChanged(record, now),
  );
  for (const { environment: name, run } of due) {
    await replace(runPageKey(name, run), ports, () => runPage(name, run, ports));
  }
}

function mayHaveChanged({ status, claimedAt, lastSweep, lastFailure }: EnvironmentRecord, now: number): boolean {
  const last = [claimedAt, lastSweep?.at, lastFailure?.at].map((one) => (one ? Date.parse(one) : 0));
  return status !== 'GONE' || Math.max(...last) > now - SETTLED_MS;
}

/** @param make returns the page, from what is read after the call, or undefined for none */
async function replace(key: string, ports: BoardPorts, make: () => Promise<string | undefined>): Promise<void> {
  for (let tried = 1; tried <= ATTEMPTS; tried += 1) {
    const { etag } = await ports.readVersion(key);
    const page = await make();
    if (page === undefined || (await ports.replacePage(key, page, etag))) return;
  }
  throw new DependencyError(`${key} is written by others again and again`);
}

/**
 * Writes the last sweep of each record to the list of runs, and reads again the certificates that were not clean: a
 * later sweep may have another verdict. A list that cannot be read is never begun again, since that would lose the
 * leftovers.
 */
async function updateLedger(records: readonly EnvironmentRecord[], ports: BoardPorts): Promise<Ledger> {
  const now = ports.now();
  for (let tried = 1; tried <= ATTEMPTS; tried += 1) {
    const { text, etag } = await ports.readVersion(LEDGER);
    const before: Ledger = text === undefined ? { version: 1, since: instantOf(now), runs: [] } : parseLedger(text);
    const byRun = new Map(before.runs.map((one) => [one.run, one]));
    const open = before.runs.filter(({ verdict }) => verdict !== 'CLEAN');
    const newer = records.flatMap((record) => (sweptSince(record, byRun.get(record.run)) ? forecast(record) : []));
    for (const entry of new Map([...open, ...newer].map((one) => [one.run, one])).values()) {
      byRun.set(entry.run, await certified(byRun.get(entry.run) ?? entry, entry.certificate, ports));
    }
    const runs = [...byRun.values()].filter(
      ({ verdict, at }) => verdict !== 'CLEAN' || Date.parse(at) > now - CLEAN_RUNS_KEPT_MS,
    );
    const after: Ledger = { ...before, runs };
    if (text !== undefined && JSON.stringify(after) === JSON.stringify(before)) return after;
    if (await ports.replaceJson(LEDGER, after, etag)) return after;
  }
  throw new DependencyError(`${LEDGER} is written by others again and again`);
}

function parseLedger(text: string): Ledger {
  const parsed = ledger.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new DependencyError(`${LEDGER} is malformed; the bucket has its older versions`);
}

function sweptSince({ lastSweep }: EnvironmentRecord, known: LedgerRun | undefined): boolean {
  return lastSweep !== undefined && known?.at !== lastSweep.at;
}

/** Returns what a record alone says about its sweep. Without the certificate, the leftovers are unknown. */
function forecast({ environment, run, lastSweep }: EnvironmentRecord): LedgerRun[] {
  if (!lastSweep) return [];
  const { at, certificate: key } = lastSweep;
  return [{ ...{ environment, run, verdict: 'INCONCLUSIVE', at, certificate: key }, leftovers: [], unconfirmed: 0 }];
}

/** Returns the entry from its certificate, or the known entry where the certificate cannot be read. */
async function certified(known: LedgerRun, key: string, ports: BoardPorts): Promise<LedgerRun> {
  const read = await attempt(readCertificate(key, ports));
  if (read.kind === 'read') return entryOf(read.value, key);
  return { ...known, verdict: known.verdict === 'CLEAN' ? 'INCONCLUSIVE' : known.verdict, unread: read.why };
}

async function readCertificate(key: string, ports: BoardPorts): Promise<Certificate> {
  const stored = await ports.readText(key);
  const found = stored.kind === 'found' ? certificate.safeParse(parseJson(stored.text)).data : undefined;
  if (found) return found;
  throw new DependencyError(`${key} ${stored.kind === 'found' ? 'is malformed' : 'is not there'}`);
}

function entryOf({ environment, run, verdict, at, cost, sweeps }: Certificate, key: string): LedgerRun {
  const last = sweeps.at(-1);
  return {
    ...{ environment, run, verdict, at, certificate: key },
    leftovers: (last?.leftovers ?? []).map(({ service, type, id, hourly: { usd } }) => ({
      ...{ service, type, id },
      ...(usd === undefined ? {} : { usdPerHour: usd }),
    })),
    unconfirmed: last?.unknown.length ?? 0,
    ...(cost ? { cost: { usdPerHour: cost.usdPerHour, from: cost.from, to: cost.to } } : {}),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
