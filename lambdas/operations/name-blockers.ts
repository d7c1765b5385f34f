import type { BlockersEvent, BlockersResult } from '../shared/payloads.ts';
import { findBlockers, type Own, type ReadUsers } from './blockers.ts';

/** What the sweeps call the types whose users are known. */
const TYPES: Readonly<Record<string, string>> = {
  aws_alb_target_group: 'target-group',
  aws_db_subnet_group: 'subnet-group',
  aws_ecs_cluster: 'cluster',
  aws_iam_policy: 'policy',
  aws_iam_role: 'role',
  aws_internet_gateway: 'internet-gateway',
  aws_lb_target_group: 'target-group',
  aws_security_group: 'security-group',
  aws_subnet: 'subnet',
  aws_vpc: 'vpc',
};

/** Who uses what Terraform could not delete. It reads, so it may be asked by a build that owns nothing any more. */
export async function nameBlockers(
  { environment, prefix, resources }: BlockersEvent,
  project: string,
  users: ReadUsers,
): Promise<BlockersResult> {
  const own: Own = { environment, project, prefix, leaving: new Set(), staying: new Set() };
  const found = await Promise.all(
    resources.map(async ({ address, type, id }) => {
      const known = TYPES[type];
      return {
        address,
        id,
        ...(known ? await findBlockers(known, id, own, users) : { kind: 'passes' as const, why: '' }),
      };
    }),
  );
  return { blockers: found.filter(({ why }) => why !== '') };
}
