import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { isNotFound } from '../runtime/aws-errors.ts';
import { UnexpectedResponseError } from '../runtime/unexpected-response.ts';
import { clientConfig } from './client-config.ts';

const dynamodb = new DynamoDBClient(clientConfig);

/** The status is DynamoDB's status of the table, or MISSING. */
export async function describeLockTable(table: string): Promise<{ status: string; hashKey?: string }> {
  try {
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: table }));
    if (!Table?.TableStatus) throw new UnexpectedResponseError(`DynamoDB describes table ${table} without a status`);
    const hashKey = Table.KeySchema?.find((key) => key.KeyType === 'HASH')?.AttributeName;
    return { status: Table.TableStatus, ...(hashKey ? { hashKey } : {}) };
  } catch (error) {
    if (isNotFound(error, 'ResourceNotFoundException')) return { status: 'MISSING' };
    throw error;
  }
}
