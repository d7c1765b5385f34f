import {
  type DBInstanceAutomatedBackup,
  DeleteDBInstanceAutomatedBackupCommand,
  DeleteDBInstanceCommand,
  DeleteDBParameterGroupCommand,
  DeleteDBSnapshotCommand,
  DeleteDBSubnetGroupCommand,
  DescribeDBInstanceAutomatedBackupsCommand,
  ListTagsForResourceCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import type { StrayKind } from '../../operations/stray-rules.ts';
import type { Finding } from '../../shared/contracts.ts';
import { namedIn, tagsOf } from '../answers.ts';
import { patientConfig } from '../client-config.ts';
import type { Remover } from '../removers.ts';
import { arnIn, unlessGone } from './support.ts';

const rds = new RDSClient(patientConfig);
const GONE = [
  'DBInstanceNotFoundFault',
  'DBInstanceNotFound',
  'DBSnapshotNotFoundFault',
  'DBSnapshotNotFound',
  'DBSubnetGroupNotFoundFault',
  'DBParameterGroupNotFoundFault',
  'DBParameterGroupNotFound',
  'DBInstanceAutomatedBackupNotFoundFault',
  'DBInstanceAutomatedBackupNotFound',
];

const tagsBy =
  (kind: string): NonNullable<StrayKind['tags']> =>
  async ({ id, arn }, scope) => {
    const ResourceName = arn ?? arnIn(scope, 'rds', `${kind}:${id}`);
    const answer = await unlessGone(rds.send(new ListTagsForResourceCommand({ ResourceName })), ...GONE);
    return answer && tagsOf(answer.TagList, answer);
  };

export const remover: Remover = {
  'db-instance': {
    tags: tagsBy('db'),
    async remove({ id }) {
      await unlessGone(
        rds.send(
          new DeleteDBInstanceCommand({
            DBInstanceIdentifier: id,
            SkipFinalSnapshot: true,
            DeleteAutomatedBackups: true,
          }),
        ),
        ...GONE,
      );
    },
  },
  'db-snapshot': {
    byproduct: true,
    tags: tagsBy('snapshot'),
    async remove({ id }) {
      await unlessGone(rds.send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier: id })), ...GONE);
    },
  },
  'automated-backup': {
    byproduct: true,
    async tags(stray) {
      const backup = await automatedBackup(stray);
      return backup && tagsOf(backup.TagList, backup);
    },
    async remove(stray) {
      const DbiResourceId = (await automatedBackup(stray))?.DbiResourceId;
      if (!DbiResourceId) return;
      await unlessGone(rds.send(new DeleteDBInstanceAutomatedBackupCommand({ DbiResourceId })), ...GONE);
    },
  },
  'subnet-group': {
    tags: tagsBy('subgrp'),
    async remove({ id }) {
      await unlessGone(rds.send(new DeleteDBSubnetGroupCommand({ DBSubnetGroupName: id })), ...GONE);
    },
  },
  'parameter-group': {
    tags: tagsBy('pg'),
    async remove({ id }) {
      await unlessGone(rds.send(new DeleteDBParameterGroupCommand({ DBParameterGroupName: id })), ...GONE);
    },
  },
};

async function automatedBackup({ id, arn }: Finding) {
  const answer = await unlessGone(
    rds.send(
      new DescribeDBInstanceAutomatedBackupsCommand(
        arn ? { DBInstanceAutomatedBackupsArn: arn } : { DBInstanceIdentifier: id },
      ),
    ),
    ...GONE,
  );
  if (!answer) return undefined;
  const is = (one: DBInstanceAutomatedBackup) =>
    arn ? one.DBInstanceAutomatedBackupsArn === arn : one.DBInstanceIdentifier === id;
  return namedIn(answer.DBInstanceAutomatedBackups, is, answer);
}
