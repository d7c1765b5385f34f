import { readText } from '../aws/objects.ts';
import { ownership } from '../aws/ownership.ts';
import { reviewPlanEvent } from '../contracts/payloads.ts';
import { requireOwnership, whileOwner } from '../environment/ownership.ts';
import { planToReview, reviewStoredPlan } from '../plan/review-plan.ts';
import { lambda } from '../runtime/middleware.ts';

/**
 * The plan is applied next, or people are asked about it: neither is for who does not own the environment. A build that asks is in the
 * record as work already.
 */
export const handler = lambda('review-plan', reviewPlanEvent, async (event, invocation) => {
  const { env } = invocation;
  const ports = ownership(env.ENVIRONMENTS_TABLE);
  const options = { project: env.PROJECT, maxDeletions: env.MAX_DELETIONS, acceptedRisks: env.ACCEPTED_RISKS };
  const review = () => reviewStoredPlan(planToReview(event), options, (key) => readText(env.CONTROL_BUCKET, key));
  if ('request' in event) return whileOwner(event, invocation, ports, review);
  const { environment, owner, fencing, redrive } = event;
  await requireOwnership({ environment, owner, fencing, redrive, changes: true }, ports);
  return review();
});
