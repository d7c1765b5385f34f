import { type AttributeValue, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { type EnvironmentRecord, environmentRecord } from '../shared/record.ts';
import { clientConfig } from './client-config.ts';
import { eachItem } from './pages.ts';

const dynamodb = new DynamoDBClient(clientConfig);

/** Every record of the table, and the names of those that are none. A function that lists may not have the right to write. */
export async function listRecords(table: string): Promise<{ records: EnvironmentRecord[]; malformed: string[] }> {
  const records: EnvironmentRecord[] = [];
  const malformed: string[] = [];
  const all = eachItem(
    (ExclusiveStartKey: Record<string, AttributeValue> | undefined) =>
      dynamodb.send(new ScanCommand({ TableName: table, ConsistentRead: true, ExclusiveStartKey })),
    (page) => page.Items,
    (page) => page.LastEvaluatedKey,
  );
  for await (const attributes of all) {
    const item = unmarshall(attributes);
    const parsed = environmentRecord.safeParse(item);
    if (parsed.success) records.push(parsed.data);
    else malformed.push(String(item.environment));
  }
  return { records, malformed };
}
