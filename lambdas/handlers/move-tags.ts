import { imageManifest, tagImage } from '../aws/image-tags.ts';
import { ownership } from '../aws/ownership.ts';
import { manifest } from '../contracts/functions/move-tags.ts';
import { moveTagsEvent } from '../contracts/payloads/images.ts';
import { moveTags } from '../environment/move-tags.ts';
import { whileOwner } from '../environment/ownership.ts';
import { lambda } from '../runtime/middleware.ts';

export const handler = lambda(manifest, moveTagsEvent, (event, invocation) =>
  whileOwner(event, invocation, ownership(invocation.env.ENVIRONMENTS_TABLE), (confirm) =>
    moveTags(event, { imageManifest, tagImage, confirm }),
  ),
);
