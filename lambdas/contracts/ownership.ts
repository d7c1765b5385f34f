import { HOUR_MS } from '../runtime/clock.ts';
import { isProtected } from './lease.ts';
import type { EnvironmentRecord } from './record.ts';

/** What the claim of an execution has given it, and which redrive of the execution asks. */
export interface Claimed {
  /** ARN of the execution. */
  owner: string;
  fencing: number;
  /** Step Functions' count of redrives; 0 for the first attempt. */
  redrive: number;
}

/** CodeBuild ends a build of ours before that; the projects' limits are shorter. */
const LONGEST_BUILD_MS = 9 * HOUR_MS;
/** Lambda ends a function on time; its clock and that of whoever claims next may differ. */
const CLOCKS_DIFFER_MS = 5_000;

/** Entry of a build in the record's `work`. The build may end without a word, so CodeBuild is asked for its end. */
export function buildEntry(id: string, now: number): string {
  return `build ${new Date(now + LONGEST_BUILD_MS).toISOString()} ${id}`;
}

/** Entry of a function in the record's `work`, which it removes at its end; Lambda ends the function when its time is over. */
export function functionEntry(id: string, until: number): string {
  return `function ${new Date(until + CLOCKS_DIFFER_MS).toISOString()} ${id}`;
}

/** What may still change the environment on behalf of the record's owner, whatever has become of the execution. */
export function atWork({ work = [] }: EnvironmentRecord, now: number): { builds: string[]; functionsUntil?: string } {
  const entries = work.map((entry) => entry.split(' ')).filter(([, until = '']) => Date.parse(until) > now);
  const builds = entries.flatMap(([kind, , id = '']) => (kind === 'build' ? [id] : []));
  const functionsUntil = entries
    .flatMap(([kind, until = '']) => (kind === 'build' ? [] : [until]))
    .sort()
    .at(-1);
  return { builds, ...(functionsUntil ? { functionsUntil } : {}) };
}

/** `teardown arn:… since …, TEARING_DOWN, protected until …`. */
export function describeOwner(record: EnvironmentRecord, now: number): string {
  const { owner, ownerMachine = 'execution', claimedAt, status, protection } = record;
  const held = owner ? `${ownerMachine} ${owner} since ${claimedAt}` : `nobody since ${claimedAt}`;
  return `${held}, and is ${status}${isProtected(record, now) ? `, protected until ${protection?.until}` : ''}`;
}
