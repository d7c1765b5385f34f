import type { InventoryItem } from '../contracts/payloads/inventory.ts';

/**
 * Returns whether a VPC that an output names belongs to somebody else: the state has resources of the environment, and
 * not this VPC. A destroy does not delete it, and its contents prove nothing. Without an inventory, the function
 * returns false, since nobody can say.
 */
export function isShared(vpc: string, inventory: readonly InventoryItem[]): boolean {
  return inventory.length > 0 && !inventory.some(({ type, id }) => type === 'aws_vpc' && id === vpc);
}
