import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll } from 'vitest';
import { type Lab, startLab } from '../../../lab/lab.ts';

/** Starts the emulator behind its gateway, and sets this process's environment as that of a Lambda there. */
export function useLab(): { readonly context: Lab['context'] } {
  const before = { ...process.env };
  let lab: Lab | undefined;
  beforeAll(async () => {
    lab = await startLab({ services: [] });
    Object.assign(process.env, lab.environment);
  });
  afterAll(async () => {
    process.env = before;
    await lab?.stop();
  });
  return {
    get context() {
      if (!lab) throw new Error('the lab has not started');
      return lab.context;
    },
  };
}

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
