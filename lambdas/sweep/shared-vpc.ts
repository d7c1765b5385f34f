import type { InventoryItem } from '../contracts/payloads.ts';

/**
 * Whether a VPC that an output names is somebody else's: the state has resources of the environment, and not this VPC. A
 * destroy does not delete it, and what lies in it proves nothing. Without an inventory nobody can tell.
 */
export function isShared(vpc: string, inventory: readonly InventoryItem[]): boolean {
  return inventory.length > 0 && !inventory.some(({ type, id }) => type === 'aws_vpc' && id === vpc);
}
