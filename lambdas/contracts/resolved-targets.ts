import * as z from 'zod';

/** One resource of the state. */
export const resolvedResource = z.object({
  address: z.string(),
  type: z.string(),
  /** By which its service knows it: a name, a URL, an ARN. */
  id: z.string(),
  /** Says in which account and region it is. */
  arn: z.string().optional(),
  /** Of an ECS service: its cluster. */
  cluster: z.string().optional(),
  /** Of a table: its global secondary indexes. */
  indexes: z.array(z.string()).optional(),
  /** Of a rule: its event bus, if that is not the default one. */
  bus: z.string().optional(),
});
export type ResolvedResource = z.output<typeof resolvedResource>;

/** By `lookupKey`. */
export const resolvedTargets = z.record(z.string(), z.array(resolvedResource));
export type ResolvedTargets = z.output<typeof resolvedTargets>;
