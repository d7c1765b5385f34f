import { DescribeTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import type { Candidate, Sweeper } from '../../operations/sweep-service.ts';
import { patientConfig } from '../client-config.ts';
import { ask, fromState, pages, present, splitArn } from './support.ts';

const dynamodb = new DynamoDBClient(patientConfig);

export const sweeper: Sweeper = {
  async *list({ request, owns }) {
    yield { type: 'table', id: request.names.lockTable };
    const all = pages(
      (ExclusiveStartTableName) => dynamodb.send(new ListTablesCommand({ Limit: 100, ExclusiveStartTableName })),
      (page) => page.LastEvaluatedTableName,
    );
    for await (const page of all) {
      for (const id of page.TableNames ?? []) if (owns(id)) yield { type: 'table', id };
    }
  },
  fromInventory: (item) =>
    item.type === 'aws_dynamodb_table' ? fromState(item, { aws_dynamodb_table: 'table' }, fromArn) : undefined,
  fromArn,
  confirm: ({ id }) =>
    ask(
      async () => present((await dynamodb.send(new DescribeTableCommand({ TableName: id }))).Table?.TableStatus),
      'ResourceNotFoundException',
    ),
};

function fromArn(arn: string): Candidate | undefined {
  const { resource } = splitArn(arn);
  return /^table\/[^/]+$/.test(resource) ? { type: 'table', id: resource.slice('table/'.length), arn } : undefined;
}
