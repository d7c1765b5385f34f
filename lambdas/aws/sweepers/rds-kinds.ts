import {
  type DBInstanceAutomatedBackup,
  DescribeDBClusterAutomatedBackupsCommand,
  DescribeDBClusterParameterGroupsCommand,
  DescribeDBClusterSnapshotsCommand,
  DescribeDBClustersCommand,
  DescribeDBInstanceAutomatedBackupsCommand,
  DescribeDBInstancesCommand,
  DescribeDBParameterGroupsCommand,
  DescribeDBProxiesCommand,
  DescribeDBSnapshotsCommand,
  DescribeDBSubnetGroupsCommand,
  DescribeOptionGroupsCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import type { Confirmation } from '../../sweep/sweep-service.ts';
import { patientConfig } from '../client-config.ts';
import { eachItem, pages } from '../pages.ts';
import { describedIn, namedAmong, namedIn, textOf } from '../responses.ts';
import { absent, present } from './support.ts';

const rds = new RDSClient(patientConfig);

interface Seen {
  id: string;
  arn?: string | undefined;
  /** The resource belongs to this database. */
  of?: string | undefined;
  vpc?: string | undefined;
}

/** A kind describes one kind of RDS resource: how to list all of them, and how to read one. */
export interface RdsKind {
  type: string;
  /** An ARN contains this name of the kind. */
  inArn: string;
  list(): AsyncIterable<Seen[]>;
  describe(id: string, arn?: string): Promise<Confirmation>;
  notFound: readonly string[];
}

interface Page {
  MaxRecords: 100;
  Marker: string | undefined;
}

/**
 * @param items returns the list of a page
 * @param seen returns the relevant facts of one item
 */
function lister<P extends { Marker?: string | undefined }, T>(
  send: (page: Page) => Promise<P>,
  items: (page: P) => readonly T[] | undefined,
  seen: (item: T) => { id: string | undefined } & Omit<Seen, 'id'>,
): RdsKind['list'] {
  return async function* list() {
    const all = pages(
      (Marker) => send({ MaxRecords: 100, Marker }),
      items,
      (page) => page.Marker,
    );
    for await (const page of all) {
      yield page.map((item) => {
        const { id, ...rest } = seen(item);
        return { id: textOf(id, 'the identifier of an RDS resource'), ...rest };
      });
    }
  };
}

const snapshots = (SnapshotType?: 'awsbackup') =>
  lister(
    (page) => rds.send(new DescribeDBSnapshotsCommand({ ...page, ...(SnapshotType ? { SnapshotType } : {}) })),
    (page) => page.DBSnapshots,
    (one) => ({ id: one.DBSnapshotIdentifier, of: one.DBInstanceIdentifier }),
  );

export const RDS_KINDS: readonly RdsKind[] = [
  {
    type: 'db-instance',
    inArn: 'db',
    list: lister(
      (page) => rds.send(new DescribeDBInstancesCommand(page)),
      (page) => page.DBInstances,
      (one) => ({ id: one.DBInstanceIdentifier, vpc: one.DBSubnetGroup?.VpcId }),
    ),
    describe: async (id) => {
      const response = await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: id }));
      const found = describedIn(response.DBInstances, (one) => one.DBInstanceIdentifier === id, response);
      return present(found.DBInstanceStatus, found.InstanceCreateTime);
    },
    notFound: ['DBInstanceNotFoundFault', 'DBInstanceNotFound'],
  },
  {
    type: 'db-cluster',
    inArn: 'cluster',
    list: lister(
      (page) => rds.send(new DescribeDBClustersCommand(page)),
      (page) => page.DBClusters,
      (one) => ({ id: one.DBClusterIdentifier }),
    ),
    describe: async (id) => {
      const response = await rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: id }));
      const found = describedIn(response.DBClusters, (one) => one.DBClusterIdentifier === id, response);
      return present(found.Status, found.ClusterCreateTime);
    },
    notFound: ['DBClusterNotFoundFault', 'DBClusterNotFound'],
  },
  {
    type: 'db-snapshot',
    inArn: 'snapshot',
    // The default list has manual and automated snapshots. RDS lists the snapshots of AWS Backup only when they are
    // requested.
    list: async function* list() {
      yield* snapshots()();
      yield* snapshots('awsbackup')();
    },
    describe: async (id) => {
      const response = await rds.send(new DescribeDBSnapshotsCommand({ DBSnapshotIdentifier: id }));
      const found = describedIn(response.DBSnapshots, (one) => one.DBSnapshotIdentifier === id, response);
      return present(found.Status, found.SnapshotCreateTime);
    },
    notFound: ['DBSnapshotNotFoundFault', 'DBSnapshotNotFound'],
  },
  {
    type: 'db-cluster-snapshot',
    inArn: 'cluster-snapshot',
    list: lister(
      (page) => rds.send(new DescribeDBClusterSnapshotsCommand(page)),
      (page) => page.DBClusterSnapshots,
      (one) => ({ id: one.DBClusterSnapshotIdentifier, of: one.DBClusterIdentifier }),
    ),
    describe: async (id) => {
      const response = await rds.send(new DescribeDBClusterSnapshotsCommand({ DBClusterSnapshotIdentifier: id }));
      const found = describedIn(response.DBClusterSnapshots, (one) => one.DBClusterSnapshotIdentifier === id, response);
      return present(found.Status, found.SnapshotCreateTime);
    },
    notFound: ['DBClusterSnapshotNotFoundFault', 'DBClusterSnapshotNotFound'],
  },
  {
    type: 'automated-backup',
    inArn: 'auto-backup',
    list: lister(
      (page) => rds.send(new DescribeDBInstanceAutomatedBackupsCommand(page)),
      (page) => page.DBInstanceAutomatedBackups,
      (one) => ({ id: one.DBInstanceIdentifier, arn: one.DBInstanceAutomatedBackupsArn }),
    ),
    describe: async (id, arn) => {
      const asked = arn ? { DBInstanceAutomatedBackupsArn: arn } : { DBInstanceIdentifier: id };
      const all = pages(
        (Marker) => rds.send(new DescribeDBInstanceAutomatedBackupsCommand({ ...asked, Marker })),
        (page) => page.DBInstanceAutomatedBackups,
        (page) => page.Marker,
      );
      const is = (one: DBInstanceAutomatedBackup) =>
        arn ? one.DBInstanceAutomatedBackupsArn === arn : one.DBInstanceIdentifier === id;
      for await (const page of all) {
        const found = namedIn(page, is, {});
        if (found) return present(found.Status);
      }
      // RDS does not return an error for a database without a backup.
      return absent('not listed');
    },
    notFound: ['DBInstanceAutomatedBackupNotFoundFault', 'DBInstanceAutomatedBackupNotFound'],
  },
  {
    // Aurora's automated backups outlive their cluster if the cluster is deleted without them.
    type: 'cluster-automated-backup',
    inArn: 'cluster-auto-backup',
    list: lister(
      (page) => rds.send(new DescribeDBClusterAutomatedBackupsCommand(page)),
      (page) => page.DBClusterAutomatedBackups,
      (one) => ({ id: one.DBClusterIdentifier, arn: one.DBClusterAutomatedBackupsArn }),
    ),
    // RDS searches neither by this ARN nor by the identifier of a deleted cluster.
    describe: async (id, arn) => {
      const all = eachItem(
        (Marker) => rds.send(new DescribeDBClusterAutomatedBackupsCommand({ MaxRecords: 100, Marker })),
        (page) => page.DBClusterAutomatedBackups,
        (page) => page.Marker,
      );
      const found = await namedAmong(
        all,
        (one) => (arn ? one.DBClusterAutomatedBackupsArn : one.DBClusterIdentifier),
        arn ?? id,
      );
      return found ? present(found.Status) : absent('not listed');
    },
    notFound: ['DBClusterAutomatedBackupNotFoundFault'],
  },
  {
    type: 'subnet-group',
    inArn: 'subgrp',
    list: lister(
      (page) => rds.send(new DescribeDBSubnetGroupsCommand(page)),
      (page) => page.DBSubnetGroups,
      (one) => ({ id: one.DBSubnetGroupName, vpc: one.VpcId }),
    ),
    describe: async (id) => {
      const response = await rds.send(new DescribeDBSubnetGroupsCommand({ DBSubnetGroupName: id }));
      return present(
        describedIn(response.DBSubnetGroups, (one) => one.DBSubnetGroupName === id, response).SubnetGroupStatus,
      );
    },
    notFound: ['DBSubnetGroupNotFoundFault', 'DBSubnetGroupNotFound'],
  },
  {
    type: 'parameter-group',
    inArn: 'pg',
    list: lister(
      (page) => rds.send(new DescribeDBParameterGroupsCommand(page)),
      (page) => page.DBParameterGroups,
      (one) => ({ id: one.DBParameterGroupName }),
    ),
    describe: async (id) => {
      const response = await rds.send(new DescribeDBParameterGroupsCommand({ DBParameterGroupName: id }));
      return present(
        describedIn(response.DBParameterGroups, (one) => one.DBParameterGroupName === id, response).DBParameterGroupArn,
      );
    },
    notFound: ['DBParameterGroupNotFoundFault', 'DBParameterGroupNotFound'],
  },
  {
    type: 'cluster-parameter-group',
    inArn: 'cluster-pg',
    list: lister(
      (page) => rds.send(new DescribeDBClusterParameterGroupsCommand(page)),
      (page) => page.DBClusterParameterGroups,
      (one) => ({ id: one.DBClusterParameterGroupName }),
    ),
    describe: async (id) => {
      const response = await rds.send(new DescribeDBClusterParameterGroupsCommand({ DBClusterParameterGroupName: id }));
      describedIn(response.DBClusterParameterGroups, (one) => one.DBClusterParameterGroupName === id, response);
      return present(undefined);
    },
    notFound: ['DBParameterGroupNotFoundFault', 'DBParameterGroupNotFound'],
  },
  {
    type: 'option-group',
    inArn: 'og',
    list: lister(
      (page) => rds.send(new DescribeOptionGroupsCommand(page)),
      (page) => page.OptionGroupsList,
      (one) => ({ id: one.OptionGroupName }),
    ),
    describe: async (id) => {
      const response = await rds.send(new DescribeOptionGroupsCommand({ OptionGroupName: id }));
      return present(describedIn(response.OptionGroupsList, (one) => one.OptionGroupName === id, response).EngineName);
    },
    notFound: ['OptionGroupNotFoundFault', 'OptionGroupNotFound'],
  },
  {
    type: 'db-proxy',
    inArn: 'db-proxy',
    list: lister(
      (page) => rds.send(new DescribeDBProxiesCommand(page)),
      (page) => page.DBProxies,
      (one) => ({ id: one.DBProxyName, arn: one.DBProxyArn, vpc: one.VpcId }),
    ),
    // The ARN contains an id that no RDS call accepts.
    describe: async (id, arn) => {
      const all = eachItem(
        (Marker) => rds.send(new DescribeDBProxiesCommand({ MaxRecords: 100, Marker })),
        (page) => page.DBProxies,
        (page) => page.Marker,
      );
      const found = await namedAmong(all, (one) => (arn ? one.DBProxyArn : one.DBProxyName), arn ?? id);
      return found ? present(found.Status) : absent('not listed');
    },
    notFound: [],
  },
];
