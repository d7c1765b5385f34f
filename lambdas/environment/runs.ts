import { createHash } from 'node:crypto';
import type { EnvironmentRecord } from '../contracts/record.ts';
import type { ExecutionRef } from '../contracts/request.ts';
import { InputError } from '../runtime/errors.ts';

/** This module builds the names of runs. An environment keeps its run until it is GONE. */

/** Returns the same name for every attempt of an execution, redrives included. */
export function newRun(environment: string, { id, startTime }: ExecutionRef): string {
  const time = new Date(startTime).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  return `${environment}-${time}-${markOf(id)}`;
}

/** Returns whether the life with this run began with that execution. */
export function isRunStartedBy(run: string, executionArn: string): boolean {
  return run.endsWith(`-${markOf(executionArn)}`);
}

function markOf(executionArn: string): string {
  return createHash('sha256').update(executionArn).digest('hex').slice(0, 6);
}

/** Returns the run of an environment that exists, else a new one. */
export function currentRun(environment: string, record: EnvironmentRecord | null, execution: ExecutionRef): string {
  return record && record.status !== 'GONE' ? record.run : newRun(environment, execution);
}

/**
 * Returns the run that a sweep is about: the requested one, else the latest one.
 * @throws {InputError} for a run of another environment
 */
export function sweptRun(
  { environment, run }: { environment: string; run?: string | undefined },
  record: EnvironmentRecord | null,
  execution: ExecutionRef,
): string {
  if (run === undefined) return record?.run ?? newRun(environment, execution);
  const pattern = new RegExp(`^${environment}-\\d{8}T\\d{6}-[0-9a-f]{6}$`);
  if (pattern.test(run)) return run;
  throw new InputError(`run "${run}": must be a run of "${environment}", such as "${newRun(environment, execution)}"`);
}
