import type { Sweeper } from '../../sweep/sweep-service.ts';

/**
 * This sweeper covers resources that belong to no other sweep. It confirms nothing: a resource that has a tag, or that
 * the inventory lists, and that no sweep can read stays UNKNOWN.
 */
export const sweeper: Sweeper = {
  async *list() {},
  fromInventory: () => undefined,
  fromArn: () => undefined,
  confirm: ({ id }) => Promise.reject(new Error(`nobody can confirm ${id}`)),
};
