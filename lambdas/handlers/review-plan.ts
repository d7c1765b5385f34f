import { readText } from '../adapters/objects.ts';
import { reviewStoredPlan } from '../operations/review-plan.ts';
import { lambda } from '../shared/middleware.ts';
import { requestEvent } from '../shared/request.ts';

export const handler = lambda('review-plan', requestEvent, ({ request }, { env }) =>
  reviewStoredPlan(
    request,
    { project: env.PROJECT, maxDeletions: env.MAX_DELETIONS, acceptedRisks: env.ACCEPTED_RISKS },
    (key) => readText(env.CONTROL_BUCKET, key),
  ),
);
