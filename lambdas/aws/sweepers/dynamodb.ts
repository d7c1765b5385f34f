import {
  DescribeBackupCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ListBackupsCommand,
  ListTablesCommand,
} from '@aws-sdk/client-dynamodb';
import type { Candidate, Sweeper } from '../../sweep/sweep-service.ts';
import { patientConfig } from '../client-config.ts';
import { eachItem } from '../pages.ts';
import { textOf } from '../responses.ts';
import { absent, ask, fromState, present, splitArn } from './support.ts';

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
    // A backup continues to exist, and to cost money, after its table is deleted.
    const backups = eachItem(
      (ExclusiveStartBackupArn) => dynamodb.send(new ListBackupsCommand({ Limit: 100, ExclusiveStartBackupArn })),
      (page) => page.BackupSummaries,
      (page) => page.LastEvaluatedBackupArn,
    );
    for await (const { BackupArn, BackupName = '', TableName = '' } of backups) {
      const arn = textOf(BackupArn, 'the ARN of a backup');
      if (owns(TableName) || owns(BackupName)) yield { type: 'backup', id: arn, arn, names: [TableName] };
    }
  },
  fromInventory: (item) =>
    item.type === 'aws_dynamodb_table' ? fromState(item, { aws_dynamodb_table: 'table' }, fromArn) : undefined,
  fromArn,
  confirm: ({ type, id }) =>
    ask(
      async () => {
        if (type === 'backup') {
          const { BackupDescription } = await dynamodb.send(new DescribeBackupCommand({ BackupArn: id }));
          const status = textOf(BackupDescription?.BackupDetails?.BackupStatus, `the status of backup ${id}`);
          return status === 'DELETED' ? absent(status) : present(status);
        }
        const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: id }));
        return present(textOf(Table?.TableStatus, `the status of table ${id}`), Table?.CreationDateTime);
      },
      'ResourceNotFoundException',
      'BackupNotFoundException',
    ),
};

function fromArn(arn: string): Candidate | undefined {
  const { resource } = splitArn(arn);
  if (/^table\/[^/]+\/backup\//.test(resource)) return { type: 'backup', id: arn, arn };
  return /^table\/[^/]+$/.test(resource) ? { type: 'table', id: resource.slice('table/'.length), arn } : undefined;
}
