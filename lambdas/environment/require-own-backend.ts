import type { EnvironmentRecord } from '../contracts/record.ts';
import { SafetyError } from '../runtime/errors.ts';

/** Describes where a bucket is, as far as this account can see it. */
export type BucketPlace = { kind: 'none' } | { kind: 'found'; region: string } | { kind: 'denied' };

export interface BackendPort {
  bucketPlace(bucket: string, owner: string): Promise<BucketPlace>;
}

interface Place {
  environment: string;
  stateBucket: string;
  accountId: string;
  region: string;
}

/**
 * Requires that the name of the state bucket is free or in this region. Names of buckets and roles are unique in the
 * account, so two deployments with one name pattern, in two regions, share the names of environments. An environment
 * that exists already may continue.
 * @throws {SafetyError} when the name of the state bucket is taken in another region, or by another account
 */
export async function requireOwnBackend(
  { environment, stateBucket, accountId, region }: Place,
  record: EnvironmentRecord | null,
  ports: BackendPort,
): Promise<void> {
  if (record && record.status !== 'GONE') return;
  const place = await ports.bucketPlace(stateBucket, accountId);
  if (place.kind === 'denied') {
    throw new SafetyError(
      `the state bucket of ${environment}, ${stateBucket}, cannot be read: another account has a bucket of this name, or a policy denies it. Nothing is made: choose another name for the environment`,
    );
  }
  if (place.kind === 'none' || place.region === region) return;
  throw new SafetyError(
    `the state bucket of ${environment}, ${stateBucket}, is in ${place.region}, not in ${region}: a deployment there has the same namePattern, and the names of buckets and roles are the account's. Nothing is made: choose another name for the environment, or give one of the deployments another namePattern in runbook.config.ts`,
  );
}
