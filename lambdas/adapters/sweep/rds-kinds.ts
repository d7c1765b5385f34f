import {
  DescribeDBClusterSnapshotsCommand,
  DescribeDBClustersCommand,
  DescribeDBInstanceAutomatedBackupsCommand,
  DescribeDBInstancesCommand,
  DescribeDBParameterGroupsCommand,
  DescribeDBSnapshotsCommand,
  DescribeDBSubnetGroupsCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import type { Confirmation } from '../../operations/sweep-service.ts';
import { patientConfig } from '../client-config.ts';
import { absent, pages, present } from './support.ts';

const rds = new RDSClient(patientConfig);

interface Seen {
  id: string;
  arn?: string | undefined;
  /** The database that it is of. */
  of?: string | undefined;
}

/** One kind of RDS resource: how to list all of them, and how to ask for one. */
export interface RdsKind {
  type: string;
  /** What it is called in an ARN. */
  inArn: string;
  list(): AsyncIterable<Seen[]>;
  describe(id: string, arn?: string): Promise<Confirmation>;
  notFound: readonly string[];
}

interface Page {
  MaxRecords: 100;
  Marker: string | undefined;
}

/** @param items of one page */
function lister<P extends { Marker?: string | undefined }>(
  send: (page: Page) => Promise<P>,
  items: (page: P) => Seen[],
): RdsKind['list'] {
  return async function* list() {
    const all = pages(
      (Marker) => send({ MaxRecords: 100, Marker }),
      (page) => page.Marker,
    );
    for await (const page of all) yield items(page);
  };
}

const found = <T>([one]: readonly T[] = [], state: (one: T) => string | undefined = () => undefined): Confirmation =>
  one ? present(state(one)) : absent('not listed');

const snapshots = (SnapshotType?: 'awsbackup') =>
  lister(
    (page) => rds.send(new DescribeDBSnapshotsCommand({ ...page, ...(SnapshotType ? { SnapshotType } : {}) })),
    ({ DBSnapshots = [] }) =>
      DBSnapshots.map((one) => ({ id: one.DBSnapshotIdentifier ?? '', of: one.DBInstanceIdentifier })),
  );

export const RDS_KINDS: readonly RdsKind[] = [
  {
    type: 'db-instance',
    inArn: 'db',
    list: lister(
      (page) => rds.send(new DescribeDBInstancesCommand(page)),
      ({ DBInstances = [] }) => DBInstances.map((one) => ({ id: one.DBInstanceIdentifier ?? '' })),
    ),
    describe: async (id) => {
      const { DBInstances } = await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: id }));
      return found(DBInstances, (one) => one.DBInstanceStatus);
    },
    notFound: ['DBInstanceNotFoundFault', 'DBInstanceNotFound'],
  },
  {
    type: 'db-cluster',
    inArn: 'cluster',
    list: lister(
      (page) => rds.send(new DescribeDBClustersCommand(page)),
      ({ DBClusters = [] }) => DBClusters.map((one) => ({ id: one.DBClusterIdentifier ?? '' })),
    ),
    describe: async (id) => {
      const { DBClusters } = await rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: id }));
      return found(DBClusters, (one) => one.Status);
    },
    notFound: ['DBClusterNotFoundFault', 'DBClusterNotFound'],
  },
  {
    type: 'db-snapshot',
    inArn: 'snapshot',
    // Manual and automated ones; those of AWS Backup are listed only when they are asked for.
    list: async function* list() {
      yield* snapshots()();
      yield* snapshots('awsbackup')();
    },
    describe: async (id) => {
      const { DBSnapshots } = await rds.send(new DescribeDBSnapshotsCommand({ DBSnapshotIdentifier: id }));
      return found(DBSnapshots, (one) => one.Status);
    },
    notFound: ['DBSnapshotNotFoundFault', 'DBSnapshotNotFound'],
  },
  {
    type: 'db-cluster-snapshot',
    inArn: 'cluster-snapshot',
    list: lister(
      (page) => rds.send(new DescribeDBClusterSnapshotsCommand(page)),
      ({ DBClusterSnapshots = [] }) =>
        DBClusterSnapshots.map((one) => ({ id: one.DBClusterSnapshotIdentifier ?? '', of: one.DBClusterIdentifier })),
    ),
    describe: async (id) => {
      const answer = await rds.send(new DescribeDBClusterSnapshotsCommand({ DBClusterSnapshotIdentifier: id }));
      return found(answer.DBClusterSnapshots, (one) => one.Status);
    },
    notFound: ['DBClusterSnapshotNotFoundFault', 'DBClusterSnapshotNotFound'],
  },
  {
    type: 'automated-backup',
    inArn: 'auto-backup',
    list: lister(
      (page) => rds.send(new DescribeDBInstanceAutomatedBackupsCommand(page)),
      ({ DBInstanceAutomatedBackups = [] }) =>
        DBInstanceAutomatedBackups.map((one) => ({
          id: one.DBInstanceIdentifier ?? '',
          arn: one.DBInstanceAutomatedBackupsArn,
        })),
    ),
    describe: async (id, arn) => {
      const { DBInstanceAutomatedBackups } = await rds.send(
        new DescribeDBInstanceAutomatedBackupsCommand(
          arn ? { DBInstanceAutomatedBackupsArn: arn } : { DBInstanceIdentifier: id },
        ),
      );
      return found(DBInstanceAutomatedBackups, (one) => one.Status);
    },
    notFound: ['DBInstanceAutomatedBackupNotFoundFault', 'DBInstanceAutomatedBackupNotFound'],
  },
  {
    type: 'subnet-group',
    inArn: 'subgrp',
    list: lister(
      (page) => rds.send(new DescribeDBSubnetGroupsCommand(page)),
      ({ DBSubnetGroups = [] }) => DBSubnetGroups.map((one) => ({ id: one.DBSubnetGroupName ?? '' })),
    ),
    describe: async (id) => {
      const { DBSubnetGroups } = await rds.send(new DescribeDBSubnetGroupsCommand({ DBSubnetGroupName: id }));
      return found(DBSubnetGroups, (one) => one.SubnetGroupStatus);
    },
    notFound: ['DBSubnetGroupNotFoundFault', 'DBSubnetGroupNotFound'],
  },
  {
    type: 'parameter-group',
    inArn: 'pg',
    list: lister(
      (page) => rds.send(new DescribeDBParameterGroupsCommand(page)),
      ({ DBParameterGroups = [] }) => DBParameterGroups.map((one) => ({ id: one.DBParameterGroupName ?? '' })),
    ),
    describe: async (id) => {
      const { DBParameterGroups } = await rds.send(new DescribeDBParameterGroupsCommand({ DBParameterGroupName: id }));
      return found(DBParameterGroups);
    },
    notFound: ['DBParameterGroupNotFoundFault', 'DBParameterGroupNotFound'],
  },
];
