import { type AttributeValue, DynamoDBClient, ScanCommand, type ScanOutput } from '@aws-sdk/client-dynamodb';
import { type EnvironmentRecord, environmentRecord } from '../contracts/record.ts';
import { UnexpectedResponseError } from '../runtime/unexpected-response.ts';
import { clientConfig } from './client-config.ts';
import { eachItem } from './pages.ts';
import { itemOf } from './record-item.ts';
import { textOf } from './responses.ts';

const dynamodb = new DynamoDBClient(clientConfig);

/**
 * Returns every record of the table, and the names of the items that are not valid records. This module is separate,
 * because a function that lists may not have permission to write.
 */
export async function listRecords(table: string): Promise<{ records: EnvironmentRecord[]; malformed: string[] }> {
  const records: EnvironmentRecord[] = [];
  const malformed: string[] = [];
  const all = eachItem(
    (ExclusiveStartKey: Record<string, AttributeValue> | undefined) =>
      dynamodb.send(new ScanCommand({ TableName: table, ConsistentRead: true, ExclusiveStartKey })),
    itemsOf,
    (page) => page.LastEvaluatedKey,
  );
  for await (const attributes of all) {
    const item = itemOf(attributes);
    const parsed = environmentRecord.safeParse(item);
    if (parsed.success) records.push(parsed.data);
    // Every item of the table has its key.
    else malformed.push(textOf(attributes.environment?.S, 'the key of a record'));
  }
  return { records, malformed };
}

/**
 * DynamoDB states the number of items in a response:
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html
 */
function itemsOf({ Items, Count }: ScanOutput) {
  if (Items && Items.length !== Count) {
    throw new UnexpectedResponseError(`DynamoDB counts ${Count} records, and the response has ${Items.length}`);
  }
  return Items;
}
