import {
  DeleteDBClusterAutomatedBackupCommand,
  DeleteDBInstanceAutomatedBackupCommand,
  DeleteDBInstanceCommand,
  DeleteDBParameterGroupCommand,
  DeleteDBSnapshotCommand,
  DeleteDBSubnetGroupCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { patientConfig } from '../client-config.ts';
import type { Remover } from '../removers.ts';
import { automatedBackup, clusterAutomatedBackup } from '../tags/rds.ts';
import { unlessGone } from '../tags/support.ts';

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
  'DBClusterAutomatedBackupNotFoundFault',
];

export const remover: Remover = {
  'db-instance': {
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
    async remove({ id }) {
      await unlessGone(rds.send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier: id })), ...GONE);
    },
  },
  'automated-backup': {
    byproduct: true,
    async remove(resource) {
      const DbiResourceId = (await automatedBackup(resource))?.DbiResourceId;
      if (!DbiResourceId) return;
      await unlessGone(rds.send(new DeleteDBInstanceAutomatedBackupCommand({ DbiResourceId })), ...GONE);
    },
  },
  'cluster-automated-backup': {
    byproduct: true,
    async remove(resource) {
      const DbClusterResourceId = (await clusterAutomatedBackup(resource))?.DbClusterResourceId;
      if (!DbClusterResourceId) return;
      await unlessGone(rds.send(new DeleteDBClusterAutomatedBackupCommand({ DbClusterResourceId })), ...GONE);
    },
  },
  'subnet-group': {
    async remove({ id }) {
      await unlessGone(rds.send(new DeleteDBSubnetGroupCommand({ DBSubnetGroupName: id })), ...GONE);
    },
  },
  'parameter-group': {
    async remove({ id }) {
      await unlessGone(rds.send(new DeleteDBParameterGroupCommand({ DBParameterGroupName: id })), ...GONE);
    },
  },
};
