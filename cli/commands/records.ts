import { type AttributeValue, GetItemCommand, paginateScan, ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { diffChars } from 'diff';
import { describeIssues } from '../../lambdas/contracts/contracts.ts';
import { ENVIRONMENTS_TABLE } from '../../lambdas/contracts/deployed-names.ts';
import { type EnvironmentRecord, environmentRecord } from '../../lambdas/contracts/record.ts';
import { notDeployed, type OperatorAccount } from './account.ts';
import { CommandError } from './command-error.ts';

/** An error names at most this many environments. */
const NAMED = 10;
/** A name is similar to a mistyped one when at most this share of their characters differs. */
const SIMILAR = 0.4;

/** Returns every environment that exists or existed, by name. @throws {CommandError} when nothing is deployed here */
export async function listRecords(account: OperatorAccount): Promise<EnvironmentRecord[]> {
  const asked = { TableName: ENVIRONMENTS_TABLE, ConsistentRead: true };
  const records: EnvironmentRecord[] = [];
  try {
    for await (const page of paginateScan({ client: account.dynamodb }, asked)) {
      records.push(...(page.Items ?? []).map(recordOf));
    }
  } catch (error) {
    throw tableError(error, account);
  }
  return records.sort((a, b) => a.environment.localeCompare(b.environment));
}

/**
 * Returns the record of an environment.
 * @throws {CommandError} when there is none, with the names that exist, or when nothing is deployed here
 */
export async function loadRecord(account: OperatorAccount, environment: string): Promise<EnvironmentRecord> {
  const record = await findRecord(account, environment);
  if (record) return record;
  throw new CommandError(await unknown(account, environment));
}

/** @throws {CommandError} when there is no environment of this name any more, too */
export async function loadLiving(account: OperatorAccount, environment: string): Promise<EnvironmentRecord> {
  const record = await loadRecord(account, environment);
  if (record.status !== 'GONE') return record;
  throw new CommandError(await gone(account, environment));
}

/**
 * Refuses an execution that could only fail, since its environment does not exist. Where the record cannot be read,
 * the machine decides: an operator may start executions without reading records.
 * @throws {CommandError} with the names that exist
 */
export async function requireEnvironment(account: OperatorAccount, environment: string): Promise<void> {
  const record = await findRecord(account, environment).catch(() => 'unread' as const);
  if (record === 'unread' || (record && record.status !== 'GONE')) return;
  throw new CommandError(record ? await gone(account, environment) : await unknown(account, environment));
}

async function findRecord(account: OperatorAccount, environment: string): Promise<EnvironmentRecord | undefined> {
  const { Item } = await account.dynamodb
    .send(
      new GetItemCommand({
        TableName: ENVIRONMENTS_TABLE,
        Key: { environment: { S: environment } },
        ConsistentRead: true,
      }),
    )
    .catch((error) => {
      throw tableError(error, account);
    });
  return Item && recordOf(Item);
}

const gone = async (account: OperatorAccount, environment: string): Promise<string> =>
  `environment "${environment}" is GONE: ${await others(account, environment)}. A new one: npx runbook provision ${environment}`;

const unknown = async (account: OperatorAccount, environment: string): Promise<string> =>
  `environment "${environment}" is not known here: ${await others(account, environment)}`;

/** Names the nearest environment, and those that exist. */
async function others(account: OperatorAccount, environment: string): Promise<string> {
  const records = await listRecords(account).catch(() => undefined);
  if (!records) return 'see them all with "npx runbook status"';
  const names = records.filter(({ status }) => status !== 'GONE').map((record) => record.environment);
  if (names.length === 0) return 'there is no environment yet';
  const list = names.slice(0, NAMED).join(', ');
  const more = names.length > NAMED ? `, and ${names.length - NAMED} more (npx runbook status)` : '';
  const there = `here ${names.length === 1 ? 'is' : 'are'} ${list}${more}`;
  const nearest = nearestTo(environment, names);
  return nearest === undefined ? `t${there}` : `did you mean "${nearest}"? T${there}`;
}

/** Returns the name that shares most characters with a mistyped one, if any is similar. */
function nearestTo(typed: string, names: readonly string[]): string | undefined {
  const distances = names.map((name): [string, number] => {
    const changed = diffChars(typed, name).filter(({ added, removed }) => added || removed);
    return [name, changed.reduce((sum, { count = 0 }) => sum + count, 0) / (typed.length + name.length)];
  });
  const [nearest] = distances.filter(([, share]) => share <= SIMILAR).sort(([, a], [, b]) => a - b);
  return nearest?.[0];
}

function tableError(error: unknown, account: OperatorAccount): unknown {
  return error instanceof ResourceNotFoundException ? notDeployed(`table ${ENVIRONMENTS_TABLE}`, account) : error;
}

function recordOf(item: Record<string, AttributeValue>): EnvironmentRecord {
  const parsed = environmentRecord.safeParse(unmarshall(item));
  if (parsed.success) return parsed.data;
  const name = item.environment?.S ?? '?';
  throw new CommandError(
    `record "${name}" of table ${ENVIRONMENTS_TABLE} is malformed: ${describeIssues(parsed.error)}`,
  );
}
