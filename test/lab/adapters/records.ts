import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ClientConfig } from '../../../lab/context.ts';
import { replaceRecord } from '../../../lambdas/adapters/environments-table.ts';
import type { EnvironmentStatus } from '../../../lambdas/shared/record.ts';
import { aRecord } from '../../unit/lambdas/support/fixtures.ts';

export const TABLE = 'environments';

/** The table of records, with one of each environment. */
export async function recordsOf(config: ClientConfig, statuses: Record<string, EnvironmentStatus> = {}): Promise<void> {
  await new DynamoDBClient(config).send(
    new CreateTableCommand({
      TableName: TABLE,
      AttributeDefinitions: [{ AttributeName: 'environment', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'environment', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  for (const [environment, status] of Object.entries(statuses)) {
    await replaceRecord(TABLE, aRecord({ environment, status }), null);
  }
}
