import type { Finding } from '../contracts/contracts.ts';
import type { InventoryItem } from '../contracts/payloads/inventory.ts';
import { awsFailure, describeError } from '../runtime/aws-errors.ts';
import { isOurs } from '../runtime/errors.ts';
import { foreignTags, isTagged } from '../sweep/attribute.ts';
import type { Tags, UnmanagedKind } from './unmanaged-rules.ts';

export interface NetworkPorts {
  resourceTags(id: string): Promise<Tags>;
  inventory(): Promise<InventoryItem[]>;
}

/**
 * Says why the removal of a resource of the environment would change the network of others: it has to be detached from
 * their VPC first, which is up to its owner. The function returns undefined where each VPC is the environment's, by its
 * tags or, without any, by the inventory.
 */
export async function reasonForeignNetwork(
  { type, id }: Pick<Finding, 'type' | 'id'>,
  kind: UnmanagedKind,
  own: { environment: string; project: string },
  ports: NetworkPorts,
): Promise<string | undefined> {
  if (!kind.servedVpcs) return undefined;
  const look = `Look at it: aws ec2 describe-${type}s --${type}-ids ${id}`;
  try {
    for (const vpc of await kind.servedVpcs(id)) {
      const tags = await ports.resourceTags(vpc);
      if (isTagged(tags, own)) continue;
      const foreign = foreignTags(tags, own);
      const isMade = (await ports.inventory()).some((item) => item.type === 'aws_vpc' && item.id === vpc);
      if (isMade && foreign === undefined) continue;
      const whose = foreign === undefined ? 'has not the environment’s tags' : `is tagged ${foreign}`;
      return `it serves ${vpc}, which ${whose}, so its removal would change the network of others. ${look}`;
    }
    return undefined;
  } catch (error) {
    if (awsFailure(error) === 'transient' || isOurs(error)) throw error;
    return `it is not known which VPC it serves: ${describeError(error)}. ${look}`;
  }
}
