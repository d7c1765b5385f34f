import { runKeys } from '../contracts/naming.ts';
import type { EnvironmentRecord, EnvironmentStatus } from '../contracts/record.ts';
import type { PreflightRequest } from '../contracts/request.ts';
import { instantOf } from '../runtime/clock.ts';
import { newRun } from './runs.ts';

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
