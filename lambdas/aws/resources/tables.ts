import { DescribeContinuousBackupsCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { isNotFound } from '../../runtime/aws-errors.ts';
import { UnexpectedResponseError } from '../../runtime/unexpected-response.ts';
import type { Table } from '../../validation/checks/resource-states.ts';
import { clientConfig } from '../client-config.ts';
import { listOf, textOf } from '../responses.ts';

const dynamodb = new DynamoDBClient(clientConfig);

export async function describeTable(TableName: string, withRecovery: boolean): Promise<Table | undefined> {
  try {
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
    if (Table?.TableName !== TableName)
      throw new UnexpectedResponseError(`DynamoDB describes ${Table?.TableName ?? 'nothing'} instead of ${TableName}`);
    // A table without indexes has no list of them.
    const indexes = Table.GlobalSecondaryIndexes === undefined ? [] : listOf(Table.GlobalSecondaryIndexes, Table);
    return {
      ...(Table.TableArn ? { arn: Table.TableArn } : {}),
      status: textOf(Table.TableStatus, `the status of table ${TableName}`),
      indexes: indexes.map(({ IndexName, IndexStatus }) => ({
        name: textOf(IndexName, 'the name of an index'),
        status: textOf(IndexStatus, 'the status of an index'),
      })),
      ...(withRecovery ? { pointInTimeRecovery: await recoveryOf(TableName) } : {}),
    };
  } catch (error) {
    if (isNotFound(error, 'ResourceNotFoundException')) return undefined;
    throw error;
  }
}

async function recoveryOf(TableName: string): Promise<string> {
  const { ContinuousBackupsDescription: found } = await dynamodb.send(
    new DescribeContinuousBackupsCommand({ TableName }),
  );
  const status = found?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus;
  return textOf(status, `the point-in-time recovery of table ${TableName}`);
}
