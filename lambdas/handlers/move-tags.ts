import { imageManifest, tagImage } from '../adapters/image-tags.ts';
import { ownership } from '../adapters/ownership.ts';
import { moveTags } from '../operations/move-tags.ts';
import { whileOwner } from '../operations/ownership.ts';
import { lambda } from '../shared/middleware.ts';
import { moveTagsEvent } from '../shared/payloads.ts';

export const handler = lambda('move-tags', moveTagsEvent, (event, invocation) =>
  whileOwner(event, invocation, ownership(invocation.env.ENVIRONMENTS_TABLE), (confirm) =>
    moveTags(event, { imageManifest, tagImage, confirm }),
  ),
);
