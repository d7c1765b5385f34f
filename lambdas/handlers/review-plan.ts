import { readText } from '../aws/objects.ts';
import { ownership } from '../aws/ownership.ts';
import { simulate } from '../aws/policy-simulation.ts';
import { manifest } from '../contracts/functions/review-plan.ts';
import { heldEvent } from '../contracts/payloads.ts';
import { whileOwner } from '../environment/ownership.ts';
import { missingPermissions } from '../plan/permissions/missing.ts';
import { reviewStoredPlan } from '../plan/review-plan.ts';
import { lambda } from '../runtime/middleware.ts';

/** People are asked about the plan next, so nobody asks them who does not own the environment. */
export const handler = lambda(manifest, heldEvent, (event, invocation) => {
  const { env } = invocation;
  return whileOwner(event, invocation, ownership(env.ENVIRONMENTS_TABLE), () =>
    reviewStoredPlan(
      event.request,
      { project: env.PROJECT, maxDeletions: env.MAX_DELETIONS, acceptedRisks: env.ACCEPTED_RISKS },
      {
        read: (key) => readText(env.CONTROL_BUCKET, key),
        missing: (changes, own) => {
          const { accountId, region } = event.request;
          const [, partition = 'aws'] = env.TERRAFORM_ROLE_ARN.split(':');
          return missingPermissions(
            changes,
            own,
            { partition, accountId, region },
            {
              simulate: (question) => simulate(env.TERRAFORM_ROLE_ARN, question),
            },
          );
        },
      },
    ),
  );
});
