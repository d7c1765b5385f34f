import { STOPPED_BY_TEARDOWN } from '../contracts/execution-errors.ts';
import { imagesOf } from '../contracts/images.ts';
import { describeProtection, endOf, isProtected, reasonNotExpired } from '../contracts/lease.ts';
import { runKeys } from '../contracts/naming.ts';
import { atWork } from '../contracts/ownership.ts';
import type { ClaimEvent, ClaimResult } from '../contracts/payloads/ownership.ts';
import type { EnvironmentRecord, EnvironmentStatus } from '../contracts/record.ts';
import type { PreflightRequest } from '../contracts/request.ts';
import type { InputVariables } from '../contracts/stack-variables.ts';
import { instantOf } from '../runtime/clock.ts';
import { EnvironmentLockedError, NotExpiredError, NotReadyError, SafetyError } from '../runtime/errors.ts';
import { requireDeployable } from './deployable.ts';
import { type OwnershipPorts, requireOwnership } from './ownership.ts';
import { newRun } from './runs.ts';

export interface ClaimPorts extends Pick<OwnershipPorts, 'touchRecord'> {
  loadRecord(environment: string): Promise<EnvironmentRecord | null>;
  /** Replaces `previous` by `next`, unless anyone has claimed, leased or worked on the environment since. */
  replaceRecord(next: EnvironmentRecord, previous: EnvironmentRecord | null): Promise<boolean>;
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
  /** Copies the deployed bundle to the run's own key. `ifMissing` keeps a copy that exists. */
  copyBundle(key: string, ifMissing: boolean): Promise<void>;
  /** Writes the values of the stack's variables for the builds of this owner. */
  writeInputs(key: string, variables: InputVariables): Promise<void>;
  /** The value is the SHA-256 of the deployed bundle's content. */
  bundleSha256: string;
  now(): number;
}

/** An execution in one of these statuses can or will still do something. */
export const ALIVE = new Set(['RUNNING', 'PENDING_REDRIVE']);
/** An execution in one of these statuses does nothing any more, until it is redriven. */
const OVER = new Set(['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']);
/** Each time another execution wins the race for the record, the new owner is checked. */
const MAX_ROUNDS = 5;
/**
 * Step Functions may not have an execution yet that has just begun. Later, a missing execution is one that is long
 * over.
 */
const FRESH_MS = 10 * 60_000;
/** A schedule has this precision: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html */
const EARLY_MS = 60_000;

/**
 * Makes the execution the owner of the environment. The same execution may claim again, and gets the same answer.
 * @throws {EnvironmentLockedError} when a live execution holds the environment
 * @throws {SafetyError} for the teardown of a protected environment, for an environment that preflight has not seen,
 * for a deployment to one that has changed since preflight, and for a claim of the owner that is outdated
 * @throws {InputError} for a deployment to an environment to which nothing can be deployed
 * @throws {NotExpiredError} for a teardown of an expired environment when it has not expired, is protected, is held by
 * a live execution or is gone already, and for a teardown after a failure when another execution owns the environment
 * or the failed one was redriven
 * @throws {NotReadyError} for a teardown of an environment that expires within a minute, while a stopped execution, or
 * a build or a function of the owner before, has not ended, and while that is not certain
 */
export async function claim({ request, redrive }: ClaimEvent, ports: ClaimPorts): Promise<ClaimResult> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const previous = await ports.loadRecord(request.environment);
    const mine = previous?.owner === request.execution.id;
    if (mine) {
      const { owner = '', fencing, environment } = previous;
      await requireOwnership({ environment, owner, fencing, redrive, changes: false }, ports);
    } else {
      requireSeen(request, previous);
      requireEnd(request, previous, ports.now());
      await requireDeadOwner(request, previous, ports);
      await requireNobodyAtWork(request.environment, previous, ports);
      // The environment may have been torn down since preflight read its record.
      if (request.machine === 'deploy') {
        requireDeployable(request.environment, previous, imagesOf(request));
        requireAsSeen(request, previous);
      }
    }
    const next = mine ? previous : { ...nextRecord(request, previous, ports.now(), ports.bundleSha256), redrive };
    if (!mine && !(await ports.replaceRecord(next, previous))) continue;
    await ports.copyBundle(next.bundleKey, mine || request.machine !== 'provision');
    const keys = { ...runKeys(next.environment, next.run, next.fencing), bundle: next.bundleKey };
    const { run, fencing, bundleSha256 = 'unknown', variables } = next;
    const inputs = variables && Object.keys(variables).length > 0 ? 'given' : 'none';
    if (variables && inputs === 'given') await ports.writeInputs(keys.inputs, variables);
    return { run, fencing, keys, bundleSha256, inputs };
  }
  throw new NotReadyError(`environment "${request.environment}" changes hands too often, try again`);
}

/**
 * Requires that preflight has seen the life. Preflight reads consistently, so it sees every life that began before its
 * execution. If it has not, its answer was wrong, and nothing that follows from it is valid: neither the end of the
 * life, nor what a teardown compares.
 */
function requireSeen({ environment, record, execution }: PreflightRequest, previous: EnvironmentRecord | null): void {
  if (record || !previous || previous.status === 'GONE') return;
  if (Date.parse(previous.createdAt) >= Date.parse(execution.startTime)) return;
  throw new SafetyError(
    `environment "${environment}" was created at ${previous.createdAt}, and the first state of this execution was told that it has no record: nothing is changed. Start a new execution`,
  );
}

/**
 * A refused deployment restores what was live when preflight read the record, and another deployment may have ended
 * since.
 */
function requireAsSeen({ environment, record }: PreflightRequest, now: EnvironmentRecord | null): void {
  const version = (one: EnvironmentRecord | null) =>
    [one?.run, one?.fencing, one?.activity ?? 0, one?.commit].join(' ');
  if (version(record) === version(now)) return;
  throw new SafetyError(
    `environment "${environment}" has changed since the first state of this execution looked at it: commit ${now?.commit} is live, by ${now?.ownerMachine} ${now?.owner}. Nothing is changed. Start a new execution`,
  );
}

/**
 * Requires that a teardown may remove this environment now. The check uses the record that the claim replaces, so that
 * no other execution can intervene.
 */
function requireEnd(request: PreflightRequest, record: EnvironmentRecord | null, now: number): void {
  if (request.machine !== 'teardown' || request.mode === 'plan') return;
  const skipped = request.onlyIfExpired ? reasonNotExpired(record, now) : whyNotAfterFailure(request, record);
  if (skipped && request.onlyIfExpired && record && isAlmostExpired(record, now)) throw new NotReadyError(skipped);
  if (skipped) throw new NotExpiredError(skipped);
  if (record && isProtected(record, now)) {
    throw new SafetyError(describeProtection(record));
  }
}

/** The schedule that has started the teardown is gone, so a teardown that comes early waits for its time. */
function isAlmostExpired(record: EnvironmentRecord, now: number): boolean {
  return record.status !== 'GONE' && endOf(record) > now && endOf(record) - now <= EARLY_MS;
}

/** Says why the failure before a teardown is no reason any more: another execution has taken the environment over. */
function whyNotAfterFailure(
  { afterFailureOf }: PreflightRequest,
  record: EnvironmentRecord | null,
): string | undefined {
  if (!afterFailureOf || !record || record.owner === afterFailureOf.execution) return undefined;
  const { environment, owner, ownerMachine, claimedAt } = record;
  return `environment "${environment}" belongs to ${ownerMachine ?? 'execution'} ${owner} since ${claimedAt}, and not to ${afterFailureOf.execution}, which failed`;
}

async function requireDeadOwner(
  request: PreflightRequest,
  record: EnvironmentRecord | null,
  ports: ClaimPorts,
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
async function requireRedrive(owner: string, failedRedrive: number, ports: ClaimPorts): Promise<never> {
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
async function isOver(record: EnvironmentRecord, owner: string, ports: ClaimPorts): Promise<boolean> {
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
async function requireNobodyAtWork(
  environment: string,
  record: EnvironmentRecord | null,
  ports: ClaimPorts,
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

/**
 * Returns the record after `request` has taken the environment over from `previous`.
 * @param deployedSha256 is the SHA-256 of the deployed bundle's content
 */
export function nextRecord(
  request: PreflightRequest,
  previous: EnvironmentRecord | null,
  now: number,
  deployedSha256: string,
): EnvironmentRecord {
  const lives = previous !== null && previous.status !== 'GONE' ? previous : undefined;
  // Another execution may have claimed the environment since preflight read its run. The record that is being replaced
  // is right.
  const run =
    lives?.run ?? (previous?.run === request.run ? newRun(request.environment, request.execution) : request.run);
  const provisions = request.machine === 'provision';
  const fencing = (previous?.fencing ?? 0) + 1;
  const { names, environment, execution, commit } = request;
  const claimedAt = instantOf(now);
  // These attributes belong to the owner before, whose builds and functions are over.
  const { activity: _, work: __, ...life } = lives ?? {};
  return {
    ...life,
    environment,
    run,
    status: statusAfterClaim(request, lives?.status),
    owner: execution.id,
    ownerMachine: request.machine,
    fencing,
    claimedAt,
    createdAt: lives?.createdAt ?? claimedAt,
    ...(lives ? {} : { createdBy: execution.id }),
    expiresAt: (provisions ? request.expiresAt : undefined) ?? lives?.expiresAt ?? claimedAt,
    ...maxCostOf(request, lives),
    commit: provisions ? commit : (lives?.commit ?? commit),
    bundleKey: bundleKeyOf(request, run, fencing, lives),
    bundleSha256: (provisions || !lives ? deployedSha256 : lives.bundleSha256) ?? 'unknown',
    ...(provisions ? { provisionBegan: execution.id } : {}),
    // A provision applies the values that it was given, and none of an earlier provision.
    ...(provisions ? { variables: request.variables ?? {} } : {}),
    stateBucket: names.stateBucket,
    lockTable: names.lockTable,
    ...(request.keepBackend === undefined || request.mode === 'plan' ? {} : { keptBackend: request.keepBackend }),
    ...(request.machine === 'teardown' && request.mode !== 'plan' ? { teardownBegan: execution.id } : {}),
  };
}

/** A provision without a limit keeps the limit of the record, because a pipeline that forgets it must not lift it. */
function maxCostOf(
  { machine, maxCostUsd }: PreflightRequest,
  lives: EnvironmentRecord | undefined,
): Pick<EnvironmentRecord, 'maxCostUsd'> {
  const limit = machine === 'provision' && maxCostUsd !== undefined ? maxCostUsd : lives?.maxCostUsd;
  return limit === undefined ? {} : { maxCostUsd: limit };
}

/**
 * A provision applies a whole configuration, and has a bundle of its own. If its plan is refused, the bundle of the
 * provision before still exists. The other machines use the bundle in the record.
 */
function bundleKeyOf(
  { machine, environment }: PreflightRequest,
  run: string,
  fencing: number,
  lives: EnvironmentRecord | undefined,
): string {
  const { base, bundle } = runKeys(environment, run);
  return machine === 'provision' ? `${base}/bundle-${fencing}.zip` : (lives?.bundleKey ?? bundle);
}

/** A plan changes nothing, not even the status in the record. An environment keeps its status during a deployment. */
function statusAfterClaim(request: PreflightRequest, status: EnvironmentStatus | undefined): EnvironmentStatus {
  if (request.machine === 'provision') return 'PROVISIONING';
  return request.machine === 'deploy' || request.mode === 'plan' ? (status ?? 'GONE') : 'TEARING_DOWN';
}
