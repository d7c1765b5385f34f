import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Lab } from '../../../lab/lab.ts';

export const TABLE = 'runbook-environments';

/** Creates the table of records, empty. */
export async function createRecordTable({ client }: Lab['context']): Promise<DynamoDBClient> {
  const dynamodb = new DynamoDBClient(client);
  await dynamodb.send(
    new CreateTableCommand({
      TableName: TABLE,
      AttributeDefinitions: [{ AttributeName: 'environment', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'environment', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  return dynamodb;
}
