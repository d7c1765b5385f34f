import { expect, test } from 'vitest';
import { moveTagsEvent } from '../../../../lambdas/contracts/payloads/images.ts';
import { moveTags } from '../../../../lambdas/environment/move-tags.ts';
import { aRequest } from '../support/fixtures.ts';

test('a stack without images has no tag to move', async () => {
  const event = moveTagsEvent.parse({ request: aRequest(), fencing: 1, redrive: 0, images: {} });
  const never = () => Promise.reject(new Error('nothing is to be asked for'));
  expect(await moveTags(event, { imageManifest: never, tagImage: never, confirm: never })).toEqual([]);
});
