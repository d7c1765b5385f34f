import { STOPPED_BY_TEARDOWN } from '../contracts/execution-errors.ts';
import { atWork } from '../contracts/ownership.ts';
import type { EnvironmentRecord } from '../contracts/record.ts';
import type { PreflightRequest } from '../contracts/request.ts';
import { EnvironmentLockedError, NotExpiredError, NotReadyError } from '../runtime/errors.ts';

export interface OwnerPorts {
  /**
   * Returns undefined when Step Functions has no such execution. The result is eventually consistent and may describe
   * an earlier time.
   */
  describeExecution(arn: string): Promise<{ status: string; redriveCount: number } | undefined>;
  stopExecution(arn: string, error: string, cause: string): Promise<void>;
  /** Returns the ids of the builds that still work on the environment. */
  buildsInProgress(environment: string): Promise<string[]>;
  /** Returns the builds about which CodeBuild does not say that they are over. */
  unfinishedBuilds(ids: string[]): Promise<string[]>;
  now(): number;
}

/** An execution in one of these statuses can or will still do something. */
export const ALIVE = new Set(['RUNNING', 'PENDING_REDRIVE']);
/** An execution in one of these statuses does nothing any more, until it is redriven. */
const OVER = new Set(['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']);
/**
 * Step Functions may not have an execution yet that has just begun. Later, a missing execution is one that is long
 * over.
 */
const FRESH_MS = 10 * 60_000;

/**
 * Requires that the owner is over. A teardown stops a provision or a deployment.
 * @throws {EnvironmentLockedError} when a live execution holds the environment
 * @throws {NotExpiredError} for a teardown of an expired environment that a live execution holds, and for one after a
 * failure whose execution was redriven
 * @throws {NotReadyError} while the end of the owner is not certain
 */
export async function requireDeadOwner(
  request: PreflightRequest,
  record: EnvironmentRecord | null,
  ports: OwnerPorts,
): Promise<void> {
  if (!record?.owner) return;
  if (await isOver(record, record.owner, ports)) return;
  if (request.afterFailureOf) await requireRedrive(record.owner, request.afterFailureOf.redriveCount, ports);
  const stoppable = record.ownerMachine === 'provision' || record.ownerMachine === 'deploy';
  const stops = request.machine === 'teardown' && request.mode !== 'plan' && stoppable;
  if (!stops) {
    const held = heldBy(record, record.owner);
    throw request.onlyIfExpired ? new NotExpiredError(held) : new EnvironmentLockedError(held);
  }
  await ports.stopExecution(
    record.owner,
    STOPPED_BY_TEARDOWN,
    `teardown of ${request.environment} by ${request.execution.id}`,
  );
  if (!(await isOver(record, record.owner, ports))) {
    throw new NotReadyError(`waiting for ${record.owner} to stop`);
  }
}

/**
 * An execution runs although its failure is the reason for a teardown. It was redriven, or Step Functions does not
 * report its end yet.
 * @throws {NotExpiredError} when it was redriven, since its work must not be stopped
 * @throws {NotReadyError} when it was not redriven
 */
async function requireRedrive(owner: string, failedRedrive: number, ports: OwnerPorts): Promise<never> {
  const { redriveCount = 0 } = (await ports.describeExecution(owner)) ?? {};
  if (redriveCount > failedRedrive)
    throw new NotExpiredError(`${owner} was redriven after it had failed, and is at work`);
  throw new NotReadyError(`Step Functions does not report the end of ${owner} yet`);
}

/**
 * Returns whether the owner is over, for as long as nobody redrives it. A redriven execution writes to the record
 * before it changes anything, so that the write of the claim fails.
 * @throws {NotReadyError} while that is not certain
 */
async function isOver(record: EnvironmentRecord, owner: string, ports: OwnerPorts): Promise<boolean> {
  const { redrive = 0, claimedAt } = record;
  const described = await ports.describeExecution(owner);
  if (!described) {
    if (ports.now() - Date.parse(claimedAt) >= FRESH_MS) return true;
    throw new NotReadyError(`Step Functions does not know ${owner}, which claimed the environment at ${claimedAt}`);
  }
  const { status, redriveCount } = described;
  if (!OVER.has(status)) return false;
  if (redriveCount >= redrive) return true;
  throw new NotReadyError(
    `Step Functions tells of the end of ${owner} before its redrive ${redrive}, which is at work: try again`,
  );
}

function heldBy({ environment, ownerMachine, claimedAt }: EnvironmentRecord, owner: string): string {
  return `environment "${environment}" is held by ${ownerMachine ?? 'execution'} ${owner} since ${claimedAt}: wait for it, or stop it with aws stepfunctions stop-execution --execution-arn ${owner}`;
}

/**
 * Requires that no build or function works on the environment. The end of an execution stops its build only as a best
 * effort, and a build or a function that continues changes what exists. The record has those that have asked for
 * ownership, and the list has those that are about to ask.
 */
export async function requireNobodyAtWork(
  environment: string,
  record: EnvironmentRecord | null,
  ports: OwnerPorts,
): Promise<void> {
  const work = record ? atWork(record, ports.now()) : { builds: [] };
  const known = work.builds.length > 0 ? await ports.unfinishedBuilds(work.builds) : [];
  const builds = new Set([...known, ...(await ports.buildsInProgress(environment))]);
  if (builds.size > 0) {
    throw new NotReadyError(`waiting for ${[...builds].join(', ')}, still at work on environment "${environment}"`);
  }
  if (work.functionsUntil) {
    throw new NotReadyError(
      `a function of ${record?.ownerMachine} ${record?.owner} may be at work until ${work.functionsUntil} on environment "${environment}"`,
    );
  }
}
