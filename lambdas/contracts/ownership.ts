import { HOUR_MS } from '../runtime/clock.ts';
import { isProtected } from './lease.ts';
import type { EnvironmentRecord } from './record.ts';

/** An execution got these values from its claim, and `redrive` says which redrive of the execution asks. */
export interface Claimed {
  /** The value is the ARN of the execution. */
  owner: string;
  fencing: number;
  /** Step Functions counts the redrives. The value is 0 for the first attempt. */
  redrive: number;
}

/** CodeBuild ends a build before that. The projects' limits are shorter. */
const LONGEST_BUILD_MS = 9 * HOUR_MS;
/** Lambda ends a function on time, but its clock and that of the next claim may differ. */
const CLOCKS_DIFFER_MS = 5_000;

/**
 * Returns the entry of a build in the record's `work`. The build may end without removing it, so CodeBuild is asked for
 * its end.
 */
export function buildEntry(id: string, now: number): string {
  return `build ${new Date(now + LONGEST_BUILD_MS).toISOString()} ${id}`;
}

/**
 * Returns the entry of a function in the record's `work`. The function removes it at its end, and Lambda ends the
 * function when its time is over.
 */
export function functionEntry(id: string, until: number): string {
  return `function ${new Date(until + CLOCKS_DIFFER_MS).toISOString()} ${id}`;
}

/**
 * Returns the builds and functions that may still change the environment on behalf of the record's owner, whatever the
 * state of the execution.
 */
export function atWork({ work = [] }: EnvironmentRecord, now: number): { builds: string[]; functionsUntil?: string } {
  const entries = work.map((entry) => entry.split(' ')).filter(([, until = '']) => Date.parse(until) > now);
  const builds = entries.flatMap(([kind, , id = '']) => (kind === 'build' ? [id] : []));
  const functionsUntil = entries
    .flatMap(([kind, until = '']) => (kind === 'build' ? [] : [until]))
    .sort()
    .at(-1);
  return { builds, ...(functionsUntil ? { functionsUntil } : {}) };
}

/** Returns a text such as `teardown arn:… since …, and is TEARING_DOWN, protected until …`. */
export function describeOwner(record: EnvironmentRecord, now: number): string {
  const { owner, ownerMachine = 'execution', claimedAt, status, protection } = record;
  const held = owner ? `${ownerMachine} ${owner} since ${claimedAt}` : `nobody since ${claimedAt}`;
  return `${held}, and is ${status}${isProtected(record, now) ? `, protected until ${protection?.until}` : ''}`;
}
