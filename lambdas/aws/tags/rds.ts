import {
  type DBInstanceAutomatedBackup,
  DescribeDBClusterAutomatedBackupsCommand,
  DescribeDBInstanceAutomatedBackupsCommand,
  ListTagsForResourceCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import type { Candidate } from '../../sweep/sweep-service.ts';
import { patientConfig } from '../client-config.ts';
import { eachItem } from '../pages.ts';
import { namedAmong, namedIn, tagsOf } from '../responses.ts';
import type { TagReader, TagReaders } from '../tags.ts';
import { arnIn, unlessGone } from './support.ts';

const rds = new RDSClient(patientConfig);
const GONE = [
  'DBInstanceNotFoundFault',
  'DBInstanceNotFound',
  'DBClusterNotFoundFault',
  'DBClusterNotFound',
  'DBSnapshotNotFoundFault',
  'DBSnapshotNotFound',
  'DBClusterSnapshotNotFoundFault',
  'DBClusterSnapshotNotFound',
  'DBSubnetGroupNotFoundFault',
  'DBParameterGroupNotFoundFault',
  'DBParameterGroupNotFound',
  'DBInstanceAutomatedBackupNotFoundFault',
  'DBInstanceAutomatedBackupNotFound',
];

const of =
  (kind: string): TagReader =>
  async ({ id, arn }, scope) => {
    const ResourceName = arn ?? arnIn(scope, 'rds', `${kind}:${id}`);
    const response = await unlessGone(rds.send(new ListTagsForResourceCommand({ ResourceName })), ...GONE);
    return response && tagsOf(response.TagList, response);
  };

export const tags: TagReaders = {
  'db-instance': of('db'),
  'db-cluster': of('cluster'),
  'db-snapshot': of('snapshot'),
  'db-cluster-snapshot': of('cluster-snapshot'),
  'subnet-group': of('subgrp'),
  'parameter-group': of('pg'),
  async 'automated-backup'(one) {
    const backup = await automatedBackup(one);
    return backup && tagsOf(backup.TagList, backup);
  },
  async 'cluster-automated-backup'(one) {
    const backup = await clusterAutomatedBackup(one);
    return backup && tagsOf(backup.TagList, backup);
  },
};

export async function automatedBackup({ id, arn }: Pick<Candidate, 'id' | 'arn'>) {
  const response = await unlessGone(
    rds.send(
      new DescribeDBInstanceAutomatedBackupsCommand(
        arn ? { DBInstanceAutomatedBackupsArn: arn } : { DBInstanceIdentifier: id },
      ),
    ),
    ...GONE,
  );
  if (!response) return undefined;
  const is = (one: DBInstanceAutomatedBackup) =>
    arn ? one.DBInstanceAutomatedBackupsArn === arn : one.DBInstanceIdentifier === id;
  return namedIn(response.DBInstanceAutomatedBackups, is, response);
}

/** Finds a backup in the list, because RDS searches neither by its ARN nor by the identifier of a deleted cluster. */
export function clusterAutomatedBackup({ id, arn }: Pick<Candidate, 'id' | 'arn'>) {
  const all = eachItem(
    (Marker) => rds.send(new DescribeDBClusterAutomatedBackupsCommand({ MaxRecords: 100, Marker })),
    (page) => page.DBClusterAutomatedBackups,
    (page) => page.Marker,
  );
  return namedAmong(all, (one) => (arn ? one.DBClusterAutomatedBackupsArn : one.DBClusterIdentifier), arn ?? id);
}
