import { type Certificate, type CertifiedSweep, isAbout } from '../contracts/certificate.ts';
import type { Finding } from '../contracts/contracts.ts';
import { halfGoneBy } from '../contracts/lease.ts';
import { byTime } from '../contracts/observed.ts';
import type { InventoryItem } from '../contracts/payloads/inventory.ts';
import type { PreflightRequest } from '../contracts/request.ts';
import type { SweepEntry, VerdictEvent } from '../contracts/sweep-request.ts';
import { costLines, hourlyOf, PRICES } from '../plan/prices.ts';
import { HOUR_MS } from '../runtime/clock.ts';
import { removalOf } from './removal-commands.ts';
import type { SweepConclusion } from './sweep-verdict.ts';

export interface SweepOutcome {
  request: PreflightRequest;
  calls: VerdictEvent['passes'];
  entries: readonly SweepEntry[];
  conclusion: SweepConclusion;
  /** The inventory of the run is from before its destroy. It is empty when none was taken. */
  inventory: readonly InventoryItem[];
  /** The verdict was observed at this time. */
  at: string;
}

/**
 * Returns the certificate with this sweep, in the order of the times at which the verdicts were observed. The same
 * sweep, after a redrive, replaces its earlier entry.
 */
export function makeCertificate(outcome: SweepOutcome, before: Certificate | undefined): Certificate {
  const { request, inventory } = outcome;
  const { environment, run, accountId, region } = request;
  const sweep = certify(outcome);
  sweep.limits.push(...foundByInventory(outcome, sweep));
  const earlier = (before?.sweeps ?? []).filter(({ execution }) => execution !== sweep.execution);
  const sweeps = [...earlier, sweep].toSorted(byTime);
  const last = sweeps.at(-1) ?? sweep;
  const createdAt = before?.createdAt ?? (request.record?.run === run ? request.record.createdAt : undefined);
  const end = sweeps.find(({ lives }) => !lives) ?? last;
  const cost = inventory.length > 0 ? costOf(inventory, createdAt, end.startedAt) : before?.cost;
  return {
    version: 1,
    ...{ environment, run, accountId, region, verdict: last.verdict, at: last.at },
    ...(createdAt ? { createdAt } : {}),
    existed: inventory.map(({ facts: _, ...item }) => ({ ...item, fate: fateOf(item, last) })),
    ...(cost ? { cost } : {}),
    sweeps,
  };
}

function certify({ request, calls, entries, conclusion, at }: SweepOutcome): CertifiedSweep {
  const { verdict, summary, leftovers, unknown, absent, excluded } = conclusion;
  const limits = entries.flatMap((entry) => ('findings' in entry ? (entry.limits ?? []) : []));
  const others = entries.flatMap((entry) =>
    entry.pass === calls.length && 'findings' in entry ? (entry.others ?? []) : [],
  );
  return {
    execution: request.execution.id,
    startedAt: request.execution.startTime,
    ...(request.provenance ? { provenance: true } : {}),
    ...(isBeforeItsEnd(request) ? { lives: true } : {}),
    at,
    passes: calls.map((pass, index) => ({ pass: index + 1, ...timesOf(pass) })),
    verdict,
    summary,
    leftovers: leftovers.map((one) => {
      const { usd, basis } = hourlyOf(one);
      // A person who pastes a command must not delete what may belong to somebody else.
      const removal = one.proof ? removalOf(one, request) : undefined;
      return {
        ...one,
        hourly: { ...(usd === undefined ? {} : { usd }), basis },
        ...(removal ? { remove: removal.command, ...(removal.after ? { removeAfter: removal.after } : {}) } : {}),
      };
    }),
    unknown,
    absent,
    excluded,
    ...(others.length > 0 ? { others } : {}),
    limits: [...new Set(limits)],
  };
}

/** A note names at most this number of resources. */
const MOST = 10;

/**
 * Describes the resources that the sweep finds by the inventory alone. The sweep would not find another resource of the
 * kind that is in no inventory.
 */
function foundByInventory({ request, inventory }: SweepOutcome, sweep: CertifiedSweep): string[] {
  const { prefix } = request.names;
  const isNamed = (name: string) =>
    name === prefix || ['-', '/', '_', '.'].some((end) => name.startsWith(`${prefix}${end}`));
  const found = inventory.filter((item) => {
    const { untagged, id, arn = '' } = item;
    const isOurs = [id, ...id.split(/[:/]/), ...arn.split(/[:/]/)].some(isNamed);
    return untagged && !isOurs && fateOf(item, sweep) !== 'part';
  });
  if (found.length === 0) return [];
  const names = found.slice(0, MOST).map(({ type, name }) => `${type}.${name}`);
  const more = found.length > MOST ? ` and ${found.length - MOST} more` : '';
  return [
    `${found.length === 1 ? '1 resource carries' : `${found.length} resources carry`} neither the tags "project" and "environment" nor a name that begins with ${prefix}. Only the inventory lists what follows: ${names.join(', ')}${more}. Others of these types that no state lists are not found`,
  ];
}

/** Returns whether the environment was not torn down yet when it was swept. */
function isBeforeItsEnd({ record, run }: PreflightRequest): boolean {
  if (record?.run !== run || halfGoneBy(record)) return false;
  return record.status !== 'GONE' && record.status !== 'TEARING_DOWN';
}

function timesOf(pass: VerdictEvent['passes'][number]): { startedAt?: string; endedAt?: string } {
  const done = pass.flatMap((call) => ('startedAt' in call ? [call] : []));
  const startedAt = done.map((call) => call.startedAt).sort()[0];
  const endedAt = done
    .map((call) => call.endedAt)
    .sort()
    .at(-1);
  return { ...(startedAt ? { startedAt } : {}), ...(endedAt ? { endedAt } : {}) };
}

/** A resource that is in none of the findings is a part of one that is, unless its service could not be read. */
function fateOf(item: Omit<InventoryItem, 'facts'>, sweep: CertifiedSweep): Certificate['existed'][number]['fate'] {
  const isIt = (one: Finding) => isAbout(one, item);
  if (sweep.leftovers.some(isIt)) return 'left';
  if (sweep.excluded.some(isIt)) return 'kept';
  if (sweep.unknown.some(isIt)) return 'unknown';
  if (sweep.absent.some(isIt)) return 'destroyed';
  if (sweep.others?.some(isIt)) return 'others';
  return sweep.unknown.some(({ service, type }) => (service === item.service || service === '*') && type === '*')
    ? 'unknown'
    : 'part';
}

function costOf(inventory: readonly InventoryItem[], from: string | undefined, to: string | undefined) {
  if (from === undefined || to === undefined) return undefined;
  const lines = costLines(inventory);
  const hours = Math.max(0, (Date.parse(to) - Date.parse(from)) / HOUR_MS);
  const usdPerHour = lines.reduce((sum, line) => sum + line.usdPerHour, 0);
  const end = `${new Date(to).toISOString().slice(0, 19)}Z`;
  return { usd: usdPerHour * hours, usdPerHour, hours, from, to: end, lines, prices: { ...PRICES } };
}
