import {
  DescribeDBInstanceAutomatedBackupsCommand,
  DescribeDBInstancesCommand,
  DescribeDBParameterGroupsCommand,
  DescribeDBSnapshotsCommand,
  DescribeDBSubnetGroupsCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import {
  type Candidate,
  type Confirmation,
  PART,
  type Sweeper,
  type SweepScope,
} from '../../operations/sweep-service.ts';
import { patientConfig } from '../client-config.ts';
import { absent, ask, fromState, pages, present, splitArn } from './support.ts';

const rds = new RDSClient(patientConfig);

/** The kind of resource in an RDS ARN → type of candidate. */
const TYPES: Record<string, string> = {
  db: 'db-instance',
  snapshot: 'db-snapshot',
  'auto-backup': 'automated-backup',
  subgrp: 'subnet-group',
  pg: 'parameter-group',
};

const NAMED = {
  aws_db_instance: 'db-instance',
  aws_db_snapshot: 'db-snapshot',
  aws_db_subnet_group: 'subnet-group',
  aws_db_parameter_group: 'parameter-group',
};

export const sweeper: Sweeper = {
  async *list(scope) {
    yield* instances(scope);
    yield* snapshots(scope);
    yield* automatedBackups(scope);
    yield* groups(scope);
  },
  fromInventory({ type, id, arn }) {
    if (type === 'aws_db_instance_role_association') return PART;
    return fromState({ type, id, arn }, NAMED, fromArn);
  },
  fromArn,
  confirm: ({ type, id, arn }) => confirmations[type]?.(id, arn) ?? Promise.reject(new Error(`no such type: ${type}`)),
};

function fromArn(arn: string): Candidate | undefined {
  const { resource } = splitArn(arn);
  const colon = resource.indexOf(':');
  const type = TYPES[resource.slice(0, colon)];
  return type ? { type, id: resource.slice(colon + 1), arn } : undefined;
}

async function* instances({ owns }: SweepScope): AsyncGenerator<Candidate> {
  const all = pages(
    (Marker) => rds.send(new DescribeDBInstancesCommand({ Marker })),
    (page) => page.Marker,
  );
  for await (const page of all) {
    for (const { DBInstanceIdentifier: id = '' } of page.DBInstances ?? []) {
      if (owns(id)) yield { type: 'db-instance', id };
    }
  }
}

/** Automated snapshots have names of RDS's own making, so the database that they are of counts as well. */
async function* snapshots({ owns }: SweepScope): AsyncGenerator<Candidate> {
  const all = pages(
    (Marker) => rds.send(new DescribeDBSnapshotsCommand({ Marker })),
    (page) => page.Marker,
  );
  for await (const page of all) {
    for (const { DBSnapshotIdentifier: id = '', DBInstanceIdentifier: database = '' } of page.DBSnapshots ?? []) {
      if (owns(id) || owns(database)) yield { type: 'db-snapshot', id };
    }
  }
}

async function* automatedBackups({ owns }: SweepScope): AsyncGenerator<Candidate> {
  const all = pages(
    (Marker) => rds.send(new DescribeDBInstanceAutomatedBackupsCommand({ Marker })),
    (page) => page.Marker,
  );
  for await (const page of all) {
    for (const backup of page.DBInstanceAutomatedBackups ?? []) {
      const database = backup.DBInstanceIdentifier ?? '';
      const arn = backup.DBInstanceAutomatedBackupsArn;
      if (owns(database)) yield (arn ? fromArn(arn) : undefined) ?? { type: 'automated-backup', id: database };
    }
  }
}

async function* groups({ owns }: SweepScope): AsyncGenerator<Candidate> {
  const subnetGroups = pages(
    (Marker) => rds.send(new DescribeDBSubnetGroupsCommand({ Marker })),
    (page) => page.Marker,
  );
  for await (const page of subnetGroups) {
    for (const { DBSubnetGroupName: id = '' } of page.DBSubnetGroups ?? []) {
      if (owns(id)) yield { type: 'subnet-group', id };
    }
  }
  const parameterGroups = pages(
    (Marker) => rds.send(new DescribeDBParameterGroupsCommand({ Marker })),
    (page) => page.Marker,
  );
  for await (const page of parameterGroups) {
    for (const { DBParameterGroupName: id = '' } of page.DBParameterGroups ?? []) {
      if (owns(id)) yield { type: 'parameter-group', id };
    }
  }
}

const confirmations: Record<string, (id: string, arn?: string) => Promise<Confirmation>> = {
  'db-instance': (id) =>
    ask(
      async () => {
        const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: id }));
        return DBInstances[0] ? present(DBInstances[0].DBInstanceStatus) : absent('not listed');
      },
      'DBInstanceNotFoundFault',
      'DBInstanceNotFound',
    ),
  'db-snapshot': (id) =>
    ask(
      async () => {
        const { DBSnapshots = [] } = await rds.send(new DescribeDBSnapshotsCommand({ DBSnapshotIdentifier: id }));
        return DBSnapshots[0] ? present(DBSnapshots[0].Status) : absent('not listed');
      },
      'DBSnapshotNotFoundFault',
      'DBSnapshotNotFound',
    ),
  'automated-backup': (id, arn) =>
    ask(
      async () => {
        const { DBInstanceAutomatedBackups: [backup] = [] } = await rds.send(
          new DescribeDBInstanceAutomatedBackupsCommand(
            arn ? { DBInstanceAutomatedBackupsArn: arn } : { DBInstanceIdentifier: id },
          ),
        );
        return backup ? present(backup.Status) : absent('not listed');
      },
      'DBInstanceAutomatedBackupNotFoundFault',
      'DBInstanceAutomatedBackupNotFound',
    ),
  'subnet-group': (id) =>
    ask(
      async () => {
        const { DBSubnetGroups = [] } = await rds.send(new DescribeDBSubnetGroupsCommand({ DBSubnetGroupName: id }));
        return DBSubnetGroups[0] ? present(DBSubnetGroups[0].SubnetGroupStatus) : absent('not listed');
      },
      'DBSubnetGroupNotFoundFault',
      'DBSubnetGroupNotFound',
    ),
  'parameter-group': (id) =>
    ask(
      async () => {
        const { DBParameterGroups = [] } = await rds.send(
          new DescribeDBParameterGroupsCommand({ DBParameterGroupName: id }),
        );
        return DBParameterGroups[0] ? present(undefined) : absent('not listed');
      },
      'DBParameterGroupNotFoundFault',
      'DBParameterGroupNotFound',
    ),
};
