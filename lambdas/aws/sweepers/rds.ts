import { describeError } from '../../runtime/aws-errors.ts';
import type { Candidate, Sweeper, SweepScope } from '../../sweep/sweep-service.ts';
import { RDS_KINDS, type RdsKind } from './rds-kinds.ts';
import { ask, fromState, splitArn } from './support.ts';

/**
 * RDS searches only by whole names, so the sweep reads its lists completely, a hundred items at a time: each item may
 * cost money.
 */
export const sweeper: Sweeper = {
  async *list(scope) {
    for (const kind of RDS_KINDS) {
      try {
        yield* own(kind, scope);
      } catch (error) {
        // The other kinds have lists of their own.
        scope.unread(kind.type, describeError(error));
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

async function* own({ type, list }: RdsKind, { owns, vpcs }: SweepScope): AsyncGenerator<Candidate> {
  for await (const page of list()) {
    for (const { id, arn, of, vpc = '' } of page) {
      // RDS generates the names of automated snapshots, so the name of their database also counts.
      if (!owns(id) && !(of && owns(of)) && !vpcs.has(vpc)) continue;
      const candidate = (arn && type.endsWith('automated-backup') ? fromArn(arn) : undefined) ?? { type, id, arn };
      yield { ...candidate, names: [of ?? id], ...(vpc ? { vpc } : {}) };
    }
  }
}

const NAMED = {
  aws_db_instance: 'db-instance',
  aws_db_snapshot: 'db-snapshot',
  aws_db_subnet_group: 'subnet-group',
  aws_db_parameter_group: 'parameter-group',
  aws_rds_cluster: 'db-cluster',
  aws_rds_cluster_instance: 'db-instance',
  aws_db_cluster_snapshot: 'db-cluster-snapshot',
  aws_db_option_group: 'option-group',
  aws_db_proxy: 'db-proxy',
  aws_rds_cluster_parameter_group: 'cluster-parameter-group',
};

function fromArn(arn: string): Candidate | undefined {
  const { resource } = splitArn(arn);
  const colon = resource.indexOf(':');
  const kind = RDS_KINDS.find(({ inArn }) => inArn === resource.slice(0, colon));
  return kind ? { type: kind.type, id: resource.slice(colon + 1), arn } : undefined;
}
