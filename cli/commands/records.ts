import { type AttributeValue, GetItemCommand, paginateScan, ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { describeIssues } from '../../lambdas/contracts/contracts.ts';
import { ENVIRONMENTS_TABLE } from '../../lambdas/contracts/deployed-names.ts';
import { type EnvironmentRecord, environmentRecord } from '../../lambdas/contracts/record.ts';
import { notDeployed, type OperatorAccount } from './account.ts';
import { CommandError } from './command-error.ts';

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

/** @throws {CommandError} when the environment does not exist, or nothing is deployed here */
export async function loadRecord(account: OperatorAccount, environment: string): Promise<EnvironmentRecord> {
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
  if (Item) return recordOf(Item);
  throw new CommandError(`environment "${environment}" is not known here: see them all with "npx runbook status"`);
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
