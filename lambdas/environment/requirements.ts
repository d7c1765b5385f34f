import { shown } from '../contracts/contracts.ts';
import { isProtected, latestEnd } from '../contracts/lease.ts';
import type { EnvironmentRecord } from '../contracts/record.ts';
import type { ExecutionRef } from '../contracts/request.ts';
import { type InputTypes, type InputVariables, typedInputs } from '../contracts/stack-variables.ts';
import { HOUR_MS, instantOf } from '../runtime/clock.ts';
import { InputError } from '../runtime/errors.ts';

/** This module checks what a request needs of the environment and of the stack. */

/** A shorter life is not worth starting. */
const SHORTEST_LIFE_MS = 15 * 60_000;

/** @throws {InputError} naming a check that the stack does not have */
export function chooseChecks(wanted: readonly string[] | undefined, all: readonly string[]): string[] {
  const unknown = wanted?.find((check) => !all.includes(check));
  // A check that was requested twice is one check.
  if (unknown === undefined) return [...new Set(wanted ?? all)];
  throw new InputError(`input of validate: check "${shown(unknown)}": must be one of ${all.join(', ')}`);
}

/** @throws {InputError} for a stack that has no images of its own */
export function requireImages(hasImages: boolean, commit?: string, bundle?: string): void {
  if (hasImages) return;
  throw new InputError(
    commit === undefined
      ? 'this stack has no images of its own, so there is nothing to deploy: change its Terraform root, deploy this project, and provision the environment again'
      : `commit "${commit}": this stack has no images of its own, and what is deployed here was made from ${bundle}: leave "commit" out`,
  );
}

/** @throws {InputError} for a variable that the configuration does not allow, or a value of another type */
export function inputsOf(given: InputVariables, allowed: InputTypes): InputVariables {
  const { values, problems } = typedInputs(given, allowed);
  if (problems.length > 0) throw new InputError(`input of provision: ${problems.join('; ')}`);
  return values;
}

/** @throws {InputError} when the environment would exist too long, or has done so already */
export function expiry(
  environment: string,
  ttlHours: number,
  record: EnvironmentRecord | null,
  { startTime }: ExecutionRef,
  maxLifeHours: number,
): string {
  if (ttlHours > maxLifeHours) {
    throw new InputError(
      `ttlHours ${ttlHours}: an environment may live ${maxLifeHours} hours at most (MAX_LIFE_HOURS)`,
    );
  }
  const start = Date.parse(startTime);
  const wanted = start + ttlHours * HOUR_MS;
  if (!record || record.status === 'GONE') return instantOf(wanted);
  const last = latestEnd(record, maxLifeHours);
  // A protected environment may exist past its end, and executions can work on it.
  if (last - start < SHORTEST_LIFE_MS && !isProtected(record, start)) {
    throw new InputError(
      `environment "${environment}" was created at ${record.createdAt} and may live ${maxLifeHours} hours at most (MAX_LIFE_HOURS): tear it down first`,
    );
  }
  return instantOf(Math.min(wanted, last));
}
