import type { BlockersEvent, BlockersResult } from '../contracts/payloads/removal.ts';
import { findBlockers, type Own, type ReadUsers } from './blockers.ts';
import { commandAgainst, isDenied } from './protections.ts';

/** The sweeps have these names for the types with known users or a known protection. */
const TYPES: Readonly<Record<string, string>> = {
  aws_alb: 'load-balancer',
  aws_alb_target_group: 'target-group',
  aws_cloudwatch_log_group: 'log-group',
  aws_db_instance: 'db-instance',
  aws_db_subnet_group: 'subnet-group',
  aws_dynamodb_table: 'table',
  aws_ecr_repository: 'repository',
  aws_ecs_cluster: 'cluster',
  aws_iam_policy: 'policy',
  aws_iam_role: 'role',
  aws_instance: 'instance',
  aws_internet_gateway: 'internet-gateway',
  aws_lb: 'load-balancer',
  aws_lb_target_group: 'target-group',
  aws_rds_cluster: 'db-cluster',
  aws_s3_bucket: 'bucket',
  aws_security_group: 'security-group',
  aws_subnet: 'subnet',
  aws_vpc: 'vpc',
};

/**
 * Describes the users of what Terraform could not delete. The function only reads, so a build that owns nothing any
 * more may call it.
 */
export async function nameBlockers(
  { environment, prefix, resources }: BlockersEvent,
  project: string,
  users: ReadUsers,
): Promise<BlockersResult> {
  const own: Own = { environment, project, prefix, leaving: new Set(), staying: new Set() };
  const found = await Promise.all(
    resources.map(async ({ address, type, id, error = '' }) => ({
      ...{ address, id },
      ...(await inTheWay(TYPES[type], id, error, own, users)),
    })),
  );
  return { blockers: found.filter(({ why }) => why !== '') };
}

async function inTheWay(type: string | undefined, id: string, error: string, own: Own, users: ReadUsers) {
  if (isDenied(error)) return { kind: 'stays' as const, why: 'this runbook may not delete it' };
  if (!type) return { kind: 'passes' as const, why: '' };
  // Terraform has another id for a database than its API takes.
  const name = type === 'db-instance' ? /DB Instance \(([\w-]+)\)/.exec(error)?.[1] : undefined;
  const next = commandAgainst(type, name ?? id, error);
  return next
    ? { kind: 'stays' as const, why: `only a person may let it be deleted. Next: ${next}` }
    : findBlockers(type, id, own, users);
}
