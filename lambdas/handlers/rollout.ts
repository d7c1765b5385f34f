import { describeServices, imagesOf } from '../adapters/ecs.ts';
import { lookAtRollout } from '../operations/look-at-rollout.ts';
import { lambda } from '../shared/middleware.ts';
import { rolloutEvent } from '../shared/payloads.ts';

export const handler = lambda('rollout', rolloutEvent, (event) => lookAtRollout(event, { describeServices, imagesOf }));
