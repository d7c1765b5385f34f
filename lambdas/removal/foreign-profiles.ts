import type { Finding } from '../contracts/contracts.ts';
import { awsFailure, describeError } from '../runtime/aws-errors.ts';
import { isOurs } from '../runtime/errors.ts';
import { foreignTags, isTagged } from '../sweep/attribute.ts';
import type { UnmanagedPorts } from './removal-ports.ts';
import type { RemovalScope, UnmanagedKind } from './unmanaged-rules.ts';

/**
 * Says why the removal of a role would change an instance profile of others: IAM deletes a role only after it was taken
 * out of each profile. The function returns undefined where each profile is the environment's, by its tags or, without
 * any, by the inventory.
 */
export async function reasonForeignProfile(
  { service, id }: Pick<Finding, 'service' | 'id'>,
  kind: UnmanagedKind,
  own: { environment: string; project: string },
  scope: RemovalScope,
  { tags, inventory }: Pick<UnmanagedPorts, 'tags' | 'inventory'>,
): Promise<string | undefined> {
  if (!kind.profiles) return undefined;
  const look = `Look at it: aws iam list-instance-profiles-for-role --role-name ${id}`;
  try {
    for (const profile of await kind.profiles(id)) {
      const found = await tags(
        { service, type: 'instance-profile', id: profile, status: 'PRESENT', source: 'name', reason: '' },
        scope,
      );
      if (!found || isTagged(found, own)) continue;
      const foreign = foreignTags(found, own);
      const isMade = (await inventory()).some(
        (item) => item.type === 'aws_iam_instance_profile' && item.id === profile,
      );
      if (isMade && foreign === undefined) continue;
      const whose = foreign === undefined ? 'has not the environment’s tags' : `is tagged ${foreign}`;
      return `it is in the instance profile ${profile}, which ${whose}, so its removal would take the role from the instances of others. ${look}`;
    }
    return undefined;
  } catch (error) {
    if (awsFailure(error) === 'transient' || isOurs(error)) throw error;
    return `it is not known in which instance profiles it is: ${describeError(error)}. ${look}`;
  }
}
