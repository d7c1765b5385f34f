import * as z from 'zod';
import { commitSha } from '../contracts.ts';
import { lackingPermission, planReview } from '../plan.ts';
import { preflightRequest, text } from '../request.ts';
import { held, heldEvent, ownershipEvent } from './ownership.ts';

export const outputsEvent = heldEvent.extend({ request: preflightRequest.pick({ ...held, names: true }) });
export type OutputsEvent = z.infer<typeof outputsEvent>;

/**
 * `review-plan` takes this request from a machine before people are asked, or from the build before it applies the
 * plan.
 */
export const reviewedRequest = preflightRequest.pick({
  ...held,
  ...{ accountId: true, region: true, commit: true, keys: true, names: true, approval: true },
});
export const reviewPlanEvent = z.union([
  heldEvent.extend({ request: reviewedRequest }),
  ownershipEvent.extend({ run: text, commit: commitSha, prefix: text, accountId: text, region: text }),
]);
export type ReviewPlanEvent = z.infer<typeof reviewPlanEvent>;

/**
 * `review-plan` returns this result. `summary` is for the person who approves the plan. `refusal` says why nobody may
 * approve it: what the plan creates could not be torn down.
 */
export const reviewPlanResult = planReview.extend({
  summary: text,
  refusal: text.optional(),
  lacking: z.array(lackingPermission),
  /** These actions could not be compared with the role's policies. */
  unjudged: z.array(z.string()),
});
export type ReviewPlanResult = z.infer<typeof reviewPlanResult>;
