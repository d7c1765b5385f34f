import { readText } from '../aws/objects.ts';
import { ownership } from '../aws/ownership.ts';
import { simulate } from '../aws/policy-simulation.ts';
import { manifest } from '../contracts/functions/review-plan.ts';
import { reviewPlanEvent } from '../contracts/payloads/plan.ts';
import { requireOwnership, whileOwner } from '../environment/ownership.ts';
import { missingPermissions } from '../plan/permissions/missing.ts';
import { planToReview, reviewStoredPlan } from '../plan/review-plan.ts';
import { lambda } from '../runtime/middleware.ts';

/** Milliseconds that a review takes beside what it asks of IAM. */
const REST_MS = 10_000;
/** Milliseconds, for an invocation that has no end. */
const MOST_MS = 60_000;

/**
 * After the review, the plan is applied, or people are asked about it. Neither is for an execution that does not own
 * the environment. The record already has the entry of a build that calls this function.
 */
export const handler = lambda(manifest, reviewPlanEvent, async (event, invocation) => {
  const { env, remainingMs } = invocation;
  const signal = AbortSignal.timeout(Math.min(Math.max(remainingMs() - REST_MS, 0), MOST_MS));
  const ports = ownership(env.ENVIRONMENTS_TABLE);
  const plan = planToReview(event);
  const { accountId, region } = plan;
  const [, partition = 'aws'] = env.TERRAFORM_ROLE_ARN.split(':');
  const review = () =>
    reviewStoredPlan(
      plan,
      { project: env.PROJECT, maxDeletions: env.MAX_DELETIONS, acceptedRisks: env.ACCEPTED_RISKS },
      {
        read: (key) => readText(env.CONTROL_BUCKET, key),
        missing: (changes, own) =>
          missingPermissions(
            changes,
            own,
            { partition, accountId, region },
            { simulate: (question) => simulate(env.TERRAFORM_ROLE_ARN, question), signal },
          ),
      },
    );
  if ('request' in event) return whileOwner(event, invocation, ports, review);
  const { environment, owner, fencing, redrive } = event;
  await requireOwnership({ environment, owner, fencing, redrive, changes: true }, ports);
  return review();
});
