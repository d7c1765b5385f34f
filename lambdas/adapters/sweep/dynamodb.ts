import { DescribeTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import type { Candidate, Sweeper } from '../../operations/sweep-service.ts';
import { textOf } from '../answers.ts';
import { patientConfig } from '../client-config.ts';
import { eachItem } from '../pages.ts';
import { ask, fromState, present, splitArn } from './support.ts';

const dynamodb = new DynamoDBClient(patientConfig);

export const sweeper: Sweeper = {
  async *list({ request, owns }) {
    yield { type: 'table', id: request.names.lockTable };
    const all = eachItem(
      (ExclusiveStartTableName) => dynamodb.send(new ListTablesCommand({ Limit: 100, ExclusiveStartTableName })),
      (page) => page.TableNames,
      (page) => page.LastEvaluatedTableName,
    );
    for await (const name of all) {
      const id = textOf(name, 'the name of a table');
      if (owns(id)) yield { type: 'table', id };
    }
  },
  fromInventory: (item) =>
    item.type === 'aws_dynamodb_table' ? fromState(item, { aws_dynamodb_table: 'table' }, fromArn) : undefined,
  fromArn,
  confirm: ({ id }) =>
    ask(async () => {
      const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: id }));
      return present(textOf(Table?.TableStatus, `the status of table ${id}`));
    }, 'ResourceNotFoundException'),
};

function fromArn(arn: string): Candidate | undefined {
  const { resource } = splitArn(arn);
  return /^table\/[^/]+$/.test(resource) ? { type: 'table', id: resource.slice('table/'.length), arn } : undefined;
}
