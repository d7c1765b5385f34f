import type { Excluded, Finding, SweepVerdict } from '../contracts/contracts.ts';
import { counted } from '../contracts/counted.ts';
import { SWEEP_SERVICES, type SweepEntry, type SweepServiceResult, type Swept } from '../contracts/sweep-request.ts';

export interface SweepConclusion {
  verdict: SweepVerdict;
  leftovers: Finding[];
  unknown: Finding[];
  /** The sweep searched for these resources and confirmed that they are gone. */
  absent: Finding[];
  /** These exist, and are kept on purpose. */
  excluded: Excluded[];
  summary: string;
}

/** A single clean pass may have read a list that lags behind. */
const PASSES_NEEDED = 2;

/**
 * CLEAN takes two passes of every service without anything PRESENT or UNKNOWN. What was PRESENT in any pass is a
 * leftover, and its reason names the passes if not all saw it. UNKNOWN never becomes CLEAN.
 */
export function sweepVerdict(
  passes: readonly (readonly SweepEntry[])[],
  services: readonly Swept[] = SWEEP_SERVICES,
  /** The region is that of the environment. An ARN names its region, and an id without an ARN is in this one. */
  home = '',
): SweepConclusion {
  const identity = identityIn(home);
  const findings = passes.flatMap((entries, index) => ofPass(entries, index + 1, services));
  const missing = passes.length < PASSES_NEEDED ? [unread('*', '*', `only ${passes.length} pass was made`)] : [];
  const leftovers = merge(findings, 'PRESENT', passes.length, identity);
  const unknown = [...merge(findings, 'UNKNOWN', passes.length, identity), ...missing];
  const isKnown = new Set([...leftovers, ...unknown].map(identity));
  const absent = merge(findings, 'ABSENT', passes.length, identity).filter((one) => !isKnown.has(identity(one)));
  const verdict = leftovers.length > 0 ? 'LEFTOVERS' : unknown.length > 0 ? 'INCONCLUSIVE' : 'CLEAN';
  const excluded = keptIn(passes, identity);
  const summary = summarize({ leftovers, unknown, absent, excluded }, passes.length);
  return { verdict, leftovers, unknown, absent, excluded, summary };
}

interface Numbered extends Finding {
  pass: number;
}

/**
 * Returns the findings of every service in a pass. A service that is missing, or has two results, was not properly
 * read.
 */
function ofPass(entries: readonly SweepEntry[], pass: number, services: readonly Swept[]): Numbered[] {
  return services
    .flatMap((service) => {
      const own = entries.filter((entry) => entry.service === service);
      const [entry] = own;
      if (!entry || own.length > 1) return [unread(service, '*', `${own.length} results in pass ${pass}`)];
      return isResult(entry) ? entry.findings : [unread(service, '*', `${entry.error}: ${messageOf(entry.cause)}`)];
    })
    .map((one) => ({ ...one, pass }));
}

/** Returns the resources kept on purpose, as the last pass saw them. What does not exist needs no exclusion. */
function keptIn(passes: readonly (readonly SweepEntry[])[], identity: Identity): Excluded[] {
  const all = passes.flat().flatMap((entry) => (isResult(entry) ? (entry.excluded ?? []) : []));
  const last = new Map(all.map((one) => [identity(one), one]));
  return [...last.values()].filter(({ status }) => status !== 'ABSENT');
}

function isResult(entry: SweepEntry): entry is SweepServiceResult {
  return 'findings' in entry;
}

/** Merges the findings of each resource into one, which names the passes if not all saw it so. */
function merge(
  findings: readonly Numbered[],
  status: Finding['status'],
  passes: number,
  identity: Identity,
): Finding[] {
  const byIdentity = Map.groupBy(
    findings.filter((one) => one.status === status),
    identity,
  );
  return [...byIdentity.values()].flatMap((same) => {
    const last = same.at(-1);
    if (!last) return [];
    const { pass: _, ...one } = last;
    const seen = [...new Set(same.map(({ pass }) => pass))];
    return [{ ...one, reason: seen.length < passes ? `${one.reason} (pass ${seen.join(', ')} only)` : one.reason }];
  });
}

type Identity = (one: Pick<Finding, 'service' | 'type' | 'id' | 'arn'>) => string;

/** Two regions may each have one of that name. */
export function identityIn(home: string): Identity {
  return ({ service, type, id, arn }) => {
    const region = arn?.split(':')[3];
    return [service, type, id, ...(region && region !== home ? [region] : [])].join(' ');
  };
}

function unread(service: string, type: string, reason: string): Finding {
  return { service, type, id: '*', status: 'UNKNOWN', source: 'lister', reason };
}

function messageOf(cause: string): string {
  try {
    const { errorMessage } = JSON.parse(cause) as { errorMessage?: unknown };
    return typeof errorMessage === 'string' ? errorMessage : cause;
  } catch {
    return cause.slice(0, 500) || 'no cause given';
  }
}

const NAMED = 5;

function summarize(
  { leftovers, unknown, absent, excluded }: Pick<SweepConclusion, 'leftovers' | 'unknown' | 'absent' | 'excluded'>,
  passes: number,
): string {
  const name = ({ service, type, id, arn }: Finding) => (type === '*' ? service : `${service} ${type} ${arn ?? id}`);
  const some = (list: Finding[]) =>
    `${[...new Set(list.map(name))].slice(0, NAMED).join(', ')}${list.length > NAMED ? ', …' : ''}`;
  const parts = [
    ...(leftovers.length ? [`${leftovers.length} left: ${some(leftovers)}`] : []),
    ...(unknown.length ? [`${unknown.length} could not be confirmed: ${some(unknown)} (${unknown[0]?.reason})`] : []),
  ];
  if (parts.length === 0) parts.push('nothing is left');
  if (excluded.length > 0) parts.push(`${excluded.length} kept on purpose: ${some(excluded)}`);
  return `${parts.join('; ')}; ${absent.length} confirmed gone in ${counted(passes, 'pass', 'passes')}`;
}
