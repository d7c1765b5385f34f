import { readText } from '../adapters/objects.ts';
import { ownership } from '../adapters/ownership.ts';
import { whileOwner } from '../operations/ownership.ts';
import { reviewStoredPlan } from '../operations/review-plan.ts';
import { lambda } from '../shared/middleware.ts';
import { heldEvent } from '../shared/payloads.ts';

/** People are asked about the plan next, so nobody asks them who does not own the environment. */
export const handler = lambda('review-plan', heldEvent, (event, invocation) => {
  const { env } = invocation;
  return whileOwner(event, invocation, ownership(env.ENVIRONMENTS_TABLE), () =>
    reviewStoredPlan(
      event.request,
      { project: env.PROJECT, maxDeletions: env.MAX_DELETIONS, acceptedRisks: env.ACCEPTED_RISKS },
      (key) => readText(env.CONTROL_BUCKET, key),
    ),
  );
});
