import type { Candidate, Sweeper } from '../../operations/sweep-service.ts';
import { RDS_KINDS } from './rds-kinds.ts';
import { ask, fromState, splitArn } from './support.ts';

/** RDS searches by whole names only, so its lists are read whole, a hundred at a time: each of them may hide costs. */
export const sweeper: Sweeper = {
  async *list({ owns }) {
    for (const { type, list } of RDS_KINDS) {
      for await (const page of list()) {
        for (const { id, arn, of } of page) {
          // Automated snapshots have names of RDS's own making, so the database that they are of counts as well.
          if (!owns(id) && !(of && owns(of))) continue;
          const candidate = (arn && type === 'automated-backup' ? fromArn(arn) : undefined) ?? { type, id };
          yield { ...candidate, names: [of ?? id] };
        }
      }
    }
  },
  fromInventory: (item) => fromState(item, NAMED, fromArn),
  fromArn,
  confirm({ type, id, arn }) {
    const kind = RDS_KINDS.find((one) => one.type === type);
    if (!kind) return Promise.reject(new Error(`no such type: ${type}`));
    return ask(() => kind.describe(id, arn), ...kind.notFound);
  },
};

const NAMED = {
  aws_db_instance: 'db-instance',
  aws_db_snapshot: 'db-snapshot',
  aws_db_subnet_group: 'subnet-group',
  aws_db_parameter_group: 'parameter-group',
  aws_rds_cluster: 'db-cluster',
  aws_rds_cluster_instance: 'db-instance',
  aws_db_cluster_snapshot: 'db-cluster-snapshot',
};

function fromArn(arn: string): Candidate | undefined {
  const { resource } = splitArn(arn);
  const colon = resource.indexOf(':');
  const kind = RDS_KINDS.find(({ inArn }) => inArn === resource.slice(0, colon));
  return kind ? { type: kind.type, id: resource.slice(colon + 1), arn } : undefined;
}
