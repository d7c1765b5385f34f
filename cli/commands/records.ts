import { type AttributeValue, GetItemCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { describeIssues } from '../../lambdas/contracts/contracts.ts';
import { ENVIRONMENTS_TABLE } from '../../lambdas/contracts/deployed-names.ts';
import { type EnvironmentRecord, environmentRecord } from '../../lambdas/contracts/record.ts';
import type { OperatorAccount } from './account.ts';
import { CommandError } from './command-error.ts';

/** Every environment that there is or was, by name. */
export async function listRecords({ dynamodb }: OperatorAccount): Promise<EnvironmentRecord[]> {
  const records: EnvironmentRecord[] = [];
  for await (const page of paginateScan(
    { client: dynamodb },
    { TableName: ENVIRONMENTS_TABLE, ConsistentRead: true },
  )) {
    records.push(...(page.Items ?? []).map(recordOf));
  }
  return records.sort((a, b) => a.environment.localeCompare(b.environment));
}

/** @throws {CommandError} when there is no such environment */
export async function loadRecord({ dynamodb }: OperatorAccount, environment: string): Promise<EnvironmentRecord> {
  const { Item } = await dynamodb.send(
    new GetItemCommand({
      TableName: ENVIRONMENTS_TABLE,
      Key: { environment: { S: environment } },
      ConsistentRead: true,
    }),
  );
  if (Item) return recordOf(Item);
  throw new CommandError(`environment "${environment}" is not known here: see them all with "runbook status"`);
}

function recordOf(item: Record<string, AttributeValue>): EnvironmentRecord {
  const parsed = environmentRecord.safeParse(unmarshall(item));
  if (parsed.success) return parsed.data;
  const name = item.environment?.S ?? '?';
  throw new CommandError(
    `record "${name}" of table ${ENVIRONMENTS_TABLE} is malformed: ${describeIssues(parsed.error)}`,
  );
}
