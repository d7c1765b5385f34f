import { type BatchGetImageCommandInput, ECRClient } from '@aws-sdk/client-ecr';
import { expect, test, vi } from 'vitest';
import { imageManifest } from '../../../../lambdas/aws/image-tags.ts';

const INDEX = 'application/vnd.oci.image.index.v1+json';

/** ECR negotiates: whoever does not take an index may get an image of it. */
function answer({ imageIds = [], acceptedMediaTypes = [] }: BatchGetImageCommandInput) {
  const [asked] = imageIds;
  const image = acceptedMediaTypes.includes(INDEX)
    ? { imageId: asked, imageManifest: '{"manifests":[]}', imageManifestMediaType: INDEX }
    : { imageId: { imageDigest: 'sha256:of-one-platform' }, imageManifest: '{}' };
  return { images: [image], failures: [] };
}

test('the manifest of an index is that of the index, whose tags are moved', async () => {
  const send = (command: { input: BatchGetImageCommandInput }) => Promise.resolve(answer(command.input));
  vi.spyOn(ECRClient.prototype, 'send').mockImplementation(send as never);
  expect(await imageManifest('api', 'sha256:of-the-index')).toEqual({ manifest: '{"manifests":[]}', mediaType: INDEX });
});
