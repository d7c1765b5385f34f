import { describeServices, imagesOf } from '../aws/ecs.ts';
import { rolloutEvent } from '../contracts/payloads.ts';
import { lambda } from '../runtime/middleware.ts';
import { observeRollout } from '../validation/observe-rollout.ts';

export const handler = lambda('rollout', rolloutEvent, (event) =>
  observeRollout(event, { describeServices, imagesOf }),
);
