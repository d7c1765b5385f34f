import * as z from 'zod';
import { instant } from './record.ts';
import { text } from './request.ts';

/** What the hourly look at a living environment has found, in the run's folder. */

const seen = {
  service: text,
  type: text,
  /** The first look that saw it without a look in between that did not. */
  since: instant,
  /** Whether operators have been told. */
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
