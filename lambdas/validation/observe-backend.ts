import type { Conclusion } from '../contracts/contracts.ts';
import type { PreflightRequest } from '../contracts/request.ts';
import { backend } from './checks/backend.ts';

export interface StateBucketPort {
  bucketExists(bucket: string, owner: string): Promise<boolean>;
  objectExists(bucket: string, key: string, owner: string): Promise<boolean>;
  versioning(bucket: string): Promise<string | undefined>;
  encryption(bucket: string): Promise<string[]>;
  openToPublic(bucket: string): Promise<string[]>;
}

export type DescribeLockTable = (table: string) => Promise<{ status: string; hashKey?: string }>;

export async function observeBackend(
  { names, accountId }: Pick<PreflightRequest, 'names' | 'accountId'>,
  s3: StateBucketPort,
  describeLockTable: DescribeLockTable,
): Promise<Conclusion> {
  const { stateBucket: bucket, stateKey, lockTable: table } = names;
  const { status: tableStatus, hashKey } = await describeLockTable(table);
  const common = { bucket, stateKey, table, tableStatus, ...(hashKey ? { hashKey } : {}) };
  if (!(await s3.bucketExists(bucket, accountId))) {
    return backend({ ...common, bucketExists: false, encryption: [], openToPublic: [], stateExists: false });
  }
  const [versioning, encryption, openToPublic, stateExists] = await Promise.all([
    s3.versioning(bucket),
    s3.encryption(bucket),
    s3.openToPublic(bucket),
    s3.objectExists(bucket, stateKey, accountId),
  ]);
  return backend({
    ...common,
    bucketExists: true,
    ...(versioning ? { versioning } : {}),
    encryption,
    openToPublic,
    stateExists,
  });
}
