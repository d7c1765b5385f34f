import type { Sweeper } from '../../sweep/sweep-service.ts';

/**
 * For what belongs to no other sweep. It confirms nothing: a resource that was tagged, or that the inventory listed, and
 * that nobody can look at stays UNKNOWN.
 */
export const sweeper: Sweeper = {
  async *list() {},
  fromInventory: () => undefined,
  fromArn: () => undefined,
  confirm: ({ id }) => Promise.reject(new Error(`nobody can confirm ${id}`)),
};
