import { describeServices, imagesOf } from '../aws/ecs.ts';
import { manifest } from '../contracts/functions/rollout.ts';
import { rolloutEvent } from '../contracts/payloads/images.ts';
import { lambda } from '../runtime/middleware.ts';
import { observeRollout } from '../validation/observe-rollout.ts';

export const handler = lambda(manifest, rolloutEvent, (event) => observeRollout(event, { describeServices, imagesOf }));
