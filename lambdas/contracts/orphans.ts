import * as z from 'zod';
import { instant } from './record.ts';
import { text } from './request.ts';

/**
 * This module describes the findings of the hourly search for orphaned resources of a live environment. They are kept
 * in the run's folder.
 */

const seen = {
  service: text,
  type: text,
  /** The first look saw it at this time, and every look since then has seen it. */
  since: instant,
  /** The member is true when operators were notified. */
  told: z.boolean(),
};

/** `usd` is absent where the price depends on what nobody knows here. */
const orphan = z.object({
  ...seen,
  id: text,
  arn: z.string().optional(),
  hourly: z.object({ usd: z.number().optional(), basis: z.string() }),
});
export type Orphan = z.infer<typeof orphan>;

/** What could not be looked at, so that nobody knows whether there is an orphaned resource. */
const unread = z.object({ ...seen, id: text, arn: z.string().optional(), reason: z.string() });
export type Unread = z.infer<typeof unread>;

export const orphanReport = z.object({ at: instant, orphans: z.array(orphan), unread: z.array(unread) });
export type OrphanReport = z.infer<typeof orphanReport>;
