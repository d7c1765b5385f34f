import * as z from 'zod';
import { imageUris } from '../images.ts';
import { preflightRequest, text } from '../request.ts';
import { held, heldEvent } from './ownership.ts';

/** `since` is from before the services were changed. What ECS reported earlier is about an earlier rollout. */
export const rolloutEvent = z.object({
  request: preflightRequest.pick({
    ...{ environment: true, run: true, execution: true, record: true },
    ...{ names: true, images: true },
  }),
  images: imageUris,
  since: z.iso.datetime({ offset: true }),
});
export type RolloutEvent = z.infer<typeof rolloutEvent>;

/** `rollout` returns the decision of ECS. While ECS has not decided, a NotReadyError describes the progress. */
export const rolloutResult = z.object({
  verdict: z.enum(['COMPLETED', 'REFUSED']),
  /** The line says for a person what runs, or why it does not. */
  summary: z.string(),
});
export type RolloutResult = z.infer<typeof rolloutResult>;

/** `move-tags` takes the images whose tags become the stable ones. A stack without images has none. */
export const moveTagsEvent = heldEvent.extend({
  request: preflightRequest.pick({ ...held, names: true, images: true }),
  images: imageUris,
});
export type MoveTagsEvent = z.infer<typeof moveTagsEvent>;
/** `moved` is false for a tag that named the image before. */
export const moveTagsResult = z.array(z.object({ repository: text, tag: text, digest: text, moved: z.boolean() }));
export type MoveTagsResult = z.infer<typeof moveTagsResult>;
