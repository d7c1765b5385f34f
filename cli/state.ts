import { GetItemCommand, ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, NoSuchBucket, NoSuchKey } from '@aws-sdk/client-s3';
import { environmentNames } from '../lambdas/contracts/naming.ts';
import type { EnvironmentRecord } from '../lambdas/contracts/record.ts';
import { parseState, type TerraformState } from '../lambdas/plan/terraform-state.ts';
import type { OperatorAccount } from './commands/account.ts';
import { isObject, parse } from './json.ts';

/** This is Terraform's state of an environment. It is never `none` when it could not be read. */
export type FoundState = { kind: 'found'; state: TerraformState } | { kind: 'none' } | { kind: 'unknown'; why: string };

const keyOf = (record: EnvironmentRecord): string => environmentNames('{environment}', record.environment, '').stateKey;

export async function loadState({ s3 }: Pick<OperatorAccount, 's3'>, record: EnvironmentRecord): Promise<FoundState> {
  const key = keyOf(record);
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: record.stateBucket, Key: key }));
    return { kind: 'found', state: parseState((await Body?.transformToString()) ?? '') };
  } catch (error) {
    if (error instanceof NoSuchBucket || error instanceof NoSuchKey) return { kind: 'none' };
    const why = `s3://${record.stateBucket}/${key} could not be read (${nameOf(error)})`;
    return { kind: 'unknown', why };
  }
}

/** Returns the number of resources in Terraform's state, or the reason why it is unknown. */
export function describeState(found: FoundState): string {
  if (found.kind === 'none') return 'none in Terraform: there is no state';
  if (found.kind === 'unknown') return `unknown: ${found.why}`;
  return `${found.state.resources} in Terraform's state`;
}

/**
 * Describes the holder of the lock on Terraform's state in one line. The function returns undefined when nobody holds
 * it.
 */
export async function describeLock(
  { s3, dynamodb }: Pick<OperatorAccount, 's3' | 'dynamodb'>,
  record: EnvironmentRecord,
): Promise<string | undefined> {
  const { stateBucket, lockTable } = record;
  const key = keyOf(record);
  try {
    const held =
      (await lockFile(s3, stateBucket, `${key}.tflock`)) ??
      (await lockItem(dynamodb, lockTable, `${stateBucket}/${key}`));
    if (held === undefined) return undefined;
    const lock = parse(held);
    if (!isObject(lock)) return 'held: by whom cannot be read';
    return `held by ${lock.Who} since ${lock.Created} (${lock.Operation}, lock ${lock.ID})`;
  } catch (error) {
    return `unknown: it could not be read (${nameOf(error)})`;
  }
}

async function lockFile(s3: OperatorAccount['s3'], bucket: string, key: string): Promise<string | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return (await Body?.transformToString()) ?? '';
  } catch (error) {
    if (error instanceof NoSuchBucket || error instanceof NoSuchKey) return undefined;
    throw error;
  }
}

async function lockItem(dynamodb: OperatorAccount['dynamodb'], table: string, id: string): Promise<string | undefined> {
  try {
    const key = { LockID: { S: id } };
    const { Item } = await dynamodb.send(new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }));
    return Item && (Item.Info?.S ?? '');
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : String(error));
