import type { ReleaseClaimEvent, ReleaseClaimResult } from '../contracts/payloads/ownership.ts';
import type { EnvironmentRecord } from '../contracts/record.ts';
import { DependencyError, SafetyError } from '../runtime/errors.ts';
import { isRunStartedBy } from './runs.ts';

type Restored = Pick<
  EnvironmentRecord,
  'status' | 'commit' | 'bundleKey' | 'bundleSha256' | 'expiresAt' | 'maxCostUsd' | 'variables'
> & { provisionBegan: string | undefined };

export interface ReleaseClaimPorts {
  loadRecord(environment: string): Promise<EnvironmentRecord | null>;
  /**
   * Changes the record unless anyone has claimed or leased the environment since it was read.
   * @returns whether it did
   */
  revert(previous: EnvironmentRecord, changes: Restored): Promise<boolean>;
}

/**
 * Restores the record of an environment to what it was before a provision claimed it. The provision's plan was refused,
 * and it has changed nothing. The execution stays the last owner.
 * @throws {SafetyError} when another execution has claimed the environment
 * @throws {DependencyError} when its end was moved at this very moment
 */
export async function releaseClaim(
  { request, fencing }: ReleaseClaimEvent,
  ports: ReleaseClaimPorts,
): Promise<ReleaseClaimResult> {
  const { environment, execution, run, record: before } = request;
  // The claim has replaced the record that preflight has read, unless another claim came in between.
  if (isRunStartedBy(run, execution.id) || before?.fencing !== fencing - 1) return { restored: false };
  const record = await ports.loadRecord(environment);
  if (record?.owner !== execution.id || record.fencing !== fencing) {
    throw new SafetyError(`environment "${environment}" was taken over: ${execution.id} no longer holds it`);
  }
  const { status, commit, bundleKey, bundleSha256 = 'unknown', variables = {}, provisionBegan } = before;
  // An extension since the claim must not be undone.
  const { expiresAt, maxCostUsd = null } = record.leaseRevision === before.leaseRevision ? before : record;
  const limit = maxCostUsd === null && record.maxCostUsd === undefined ? {} : { maxCostUsd };
  const restored = await ports.revert(record, {
    status,
    commit,
    bundleKey,
    bundleSha256,
    expiresAt,
    variables,
    provisionBegan,
    ...limit,
  });
  if (!restored) throw new DependencyError(`the record of "${environment}" has changed meanwhile`);
  return { restored };
}
