import { imagesOf } from '../contracts/images.ts';
import { describeProtection, endOf, isProtected, reasonNotExpired } from '../contracts/lease.ts';
import { runKeys } from '../contracts/naming.ts';
import type { ClaimEvent, ClaimResult } from '../contracts/payloads/ownership.ts';
import type { EnvironmentRecord } from '../contracts/record.ts';
import type { PreflightRequest } from '../contracts/request.ts';
import type { InputVariables } from '../contracts/stack-variables.ts';
import { NotExpiredError, NotReadyError, SafetyError } from '../runtime/errors.ts';
import { requireDeployable } from './deployable.ts';
import { nextRecord } from './next-record.ts';
import { type OwnershipPorts, requireOwnership } from './ownership.ts';
import { type OwnerPorts, requireDeadOwner, requireNobodyAtWork } from './previous-owner.ts';

export interface ClaimPorts extends Pick<OwnershipPorts, 'touchRecord'>, OwnerPorts {
  loadRecord(environment: string): Promise<EnvironmentRecord | null>;
  /** Replaces `previous` by `next`, unless anyone has claimed, leased or worked on the environment since. */
  replaceRecord(next: EnvironmentRecord, previous: EnvironmentRecord | null): Promise<boolean>;
  /** Copies the deployed bundle to the run's own key. `ifMissing` keeps a copy that exists. */
  copyBundle(key: string, ifMissing: boolean): Promise<void>;
  /** Writes the values of the stack's variables for the builds of this owner. */
  writeInputs(key: string, variables: InputVariables): Promise<void>;
  /** The value is the SHA-256 of the deployed bundle's content. */
  bundleSha256: string;
}

/** Each time another execution wins the race for the record, the new owner is checked. */
const MAX_ROUNDS = 5;
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
