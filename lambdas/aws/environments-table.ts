import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { convertToAttr, marshall } from '@aws-sdk/util-dynamodb';
import { describeIssues } from '../contracts/contracts.ts';
import type { Claimed } from '../contracts/ownership.ts';
import { type EnvironmentRecord, environmentRecord } from '../contracts/record.ts';
import type { Applied, VerdictPorts, Verdicts } from '../environment/record-verdict.ts';
import { DependencyError } from '../runtime/errors.ts';
import { UnexpectedResponseError } from '../runtime/unexpected-response.ts';
import { clientConfig } from './client-config.ts';
import { itemOf } from './record-item.ts';

const dynamodb = new DynamoDBClient(clientConfig);

/** A change is made only if the record still has these values. */
export type Guard = Partial<
  Pick<
    EnvironmentRecord,
    'owner' | 'fencing' | 'run' | 'status' | 'leaseRevision' | 'activity' | keyof Verdicts | keyof Applied
  >
>;
type WholeGuard = { [K in keyof Guard]: Guard[K] | undefined };
/** An undefined value removes the attribute. */
type Changes = { [K in Exclude<keyof EnvironmentRecord, 'environment'>]?: EnvironmentRecord[K] | undefined };

/** @throws {DependencyError} when the item is not a valid record: it counts neither as a record nor as its absence */
export async function loadRecord(table: string, environment: string): Promise<EnvironmentRecord | null> {
  const item = await readItem(table, environment);
  return item ? parseRecord(table, environment, item) : null;
}

/**
 * Reads the item, or returns undefined when there is none. DynamoDB reports the absence of an item by omitting `Item`.
 * The consumed capacity shows that DynamoDB responded: an empty body, or a body from elsewhere, does not contain it.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html
 */
async function readItem(table: string, environment: string): Promise<Record<string, AttributeValue> | undefined> {
  const { Item, ConsumedCapacity } = await dynamodb.send(
    new GetItemCommand({
      TableName: table,
      Key: marshall({ environment }),
      // The read is consistent, because a claim that reads an outdated owner would take over from the wrong one.
      ConsistentRead: true,
      ReturnConsumedCapacity: 'TOTAL',
    }),
  );
  if (Item === undefined && ConsumedCapacity?.TableName) return undefined;
  if (typeof Item === 'object' && Item !== null) return Item;
  throw new UnexpectedResponseError(
    `DynamoDB says neither what the record "${environment}" of ${table} is nor that there is none`,
  );
}

function parseRecord(table: string, environment: string, item: Record<string, AttributeValue>): EnvironmentRecord {
  const parsed = environmentRecord.safeParse(itemOf(item));
  if (parsed.success) return parsed.data;
  throw new DependencyError(`record "${environment}" in table ${table} is malformed: ${describeIssues(parsed.error)}`);
}

/** Returns the stored item, whether it is a valid record or not. */
export async function loadRaw(table: string, environment: string): Promise<Record<string, unknown> | undefined> {
  const item = await readItem(table, environment);
  return item && itemOf(item);
}

/**
 * Replaces an item that is not a valid record with `next`, unless the environment was claimed after the item was read.
 * @returns whether the item was replaced
 */
export function replaceRaw(table: string, item: Record<string, unknown>, next: EnvironmentRecord): Promise<boolean> {
  return put(table, next, conditionOf(whatIsClaimed(item as unknown as EnvironmentRecord)));
}

/**
 * Replaces `previous` with `next`, unless the environment was claimed, leased or worked on after `previous` was read.
 * @returns whether the record was replaced
 */
export function replaceRecord(
  table: string,
  next: EnvironmentRecord,
  previous: EnvironmentRecord | null,
): Promise<boolean> {
  const condition = previous
    ? conditionOf(whatIsClaimed(previous))
    : { ConditionExpression: 'attribute_not_exists(environment)' };
  return put(table, next, condition);
}

function put(table: string, next: EnvironmentRecord, condition: Partial<ReturnType<typeof conditionOf>>) {
  const Item = marshall(next, { removeUndefinedValues: true });
  return unlessConditionFails(dynamodb.send(new PutItemCommand({ TableName: table, Item, ...condition })));
}

function whatIsClaimed({ fencing, owner, leaseRevision, activity }: EnvironmentRecord): WholeGuard {
  return { fencing, owner, leaseRevision, activity };
}

/** Changes the lease of a record, unless the record changed after `previous` was read. */
export function updateLease(table: string, previous: EnvironmentRecord, changes: Changes): Promise<boolean> {
  const guard = { ...whatIsClaimed(previous), status: previous.status };
  return updateRecord(table, previous.environment, guard, changes);
}

/**
 * Sets and removes attributes of an existing record on condition.
 * @returns whether the record matched `guard`
 */
export function updateRecord(
  table: string,
  environment: string,
  guard: WholeGuard,
  changes: Changes,
): Promise<boolean> {
  const condition = conditionOf(guard);
  const all = Object.entries(changes).map(([name, value], index) => ({ name, value, key: `s${index}` }));
  const sets = all.filter(({ value }) => value !== undefined);
  const removed = all.filter(({ value }) => value === undefined);
  const command = new UpdateItemCommand({
    TableName: table,
    Key: marshall({ environment }),
    UpdateExpression: [
      ...(sets.length > 0 ? [`SET ${sets.map(({ key }) => `#${key} = :${key}`).join(', ')}`] : []),
      ...(removed.length > 0 ? [`REMOVE ${removed.map(({ key }) => `#${key}`).join(', ')}`] : []),
    ].join(' '),
    ConditionExpression: condition.ConditionExpression,
    ExpressionAttributeNames: {
      ...condition.ExpressionAttributeNames,
      ...Object.fromEntries(all.map(({ name, key }) => [`#${key}`, name])),
    },
    ExpressionAttributeValues: {
      ...condition.ExpressionAttributeValues,
      ...Object.fromEntries(
        sets.map(({ value, key }) => [`:${key}`, convertToAttr(value, { removeUndefinedValues: true })]),
      ),
    },
  });
  return unlessConditionFails(dynamodb.send(command));
}

/** Returns the ports that `recordVerdict` needs. */
export function verdictPorts(table: string): VerdictPorts {
  return {
    loadRecord: (environment) => loadRecord(table, environment),
    updateRecord: (environment, guard, changes) => updateRecord(table, environment, guard, changes),
  };
}

const HELD = '#owner = :owner AND #fencing = :fencing AND (attribute_not_exists(#redrive) OR #redrive <= :redrive)';

/** @returns the current record, or undefined when another owner, or a later redrive, has it */
export async function touchRecord(
  table: string,
  environment: string,
  claimed: Claimed,
  entry?: string,
): Promise<EnvironmentRecord | undefined> {
  try {
    const { Attributes } = await dynamodb.send(
      new UpdateItemCommand({
        TableName: table,
        Key: marshall({ environment }),
        UpdateExpression: `SET #redrive = :redrive ADD #activity :one${entry ? ', #work :entry' : ''}`,
        ConditionExpression: HELD,
        ExpressionAttributeNames: {
          ...{ '#owner': 'owner', '#fencing': 'fencing', '#redrive': 'redrive', '#activity': 'activity' },
          ...(entry ? { '#work': 'work' } : {}),
        },
        ExpressionAttributeValues: marshall({
          ...{ ':owner': claimed.owner, ':fencing': claimed.fencing, ':redrive': claimed.redrive, ':one': 1 },
          ...(entry ? { ':entry': new Set([entry]) } : {}),
        }),
        ReturnValues: 'ALL_NEW',
      }),
    );
    if (!Attributes)
      throw new UnexpectedResponseError(`DynamoDB does not return the record "${environment}" of ${table}`);
    return parseRecord(table, environment, Attributes);
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}

/** Removes an entry from the record's work. Nothing is removed when the record has another owner. */
export async function removeWork(
  table: string,
  environment: string,
  { owner, fencing }: Claimed,
  entry: string,
): Promise<void> {
  const command = new UpdateItemCommand({
    TableName: table,
    Key: marshall({ environment }),
    UpdateExpression: 'DELETE #work :entry',
    ConditionExpression: '#owner = :owner AND #fencing = :fencing',
    ExpressionAttributeNames: { '#owner': 'owner', '#fencing': 'fencing', '#work': 'work' },
    ExpressionAttributeValues: marshall({ ':owner': owner, ':fencing': fencing, ':entry': new Set([entry]) }),
  });
  await unlessConditionFails(dynamodb.send(command));
}

/** Returns the condition of a guard: each key must be equal, and a key whose value is undefined must be absent. */
function conditionOf(guard: WholeGuard) {
  const entries = Object.entries(guard).map(([name, value], index) => ({ name, value, key: `g${index}` }));
  const present = entries.filter(({ value }) => value !== undefined);
  const terms = entries.map(({ key, value }) =>
    value === undefined ? `attribute_not_exists(#${key})` : `#${key} = :${key}`,
  );
  return {
    ConditionExpression: ['attribute_exists(environment)', ...terms].join(' AND '),
    ExpressionAttributeNames: Object.fromEntries(entries.map(({ name, key }) => [`#${key}`, name])),
    ...(present.length
      ? {
          ExpressionAttributeValues: Object.fromEntries(
            present.map(({ key, value }) => [`:${key}`, convertToAttr(value)]),
          ),
        }
      : {}),
  };
}

async function unlessConditionFails(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
