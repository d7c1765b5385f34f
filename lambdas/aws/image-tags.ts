import { BatchGetImageCommand, ECRClient, PutImageCommand } from '@aws-sdk/client-ecr';
import type { ImageManifest } from '../environment/move-tags.ts';
import { isNotFound } from '../runtime/aws-errors.ts';
import { clientConfig } from './client-config.ts';
import { MANIFEST_TYPES } from './manifest-types.ts';
import { listOf, textOf } from './responses.ts';

const ecr = new ECRClient(clientConfig);

/** Returns undefined when the repository does not contain the image. */
export async function imageManifest(repositoryName: string, imageDigest: string): Promise<ImageManifest | undefined> {
  const response = await ecr.send(
    new BatchGetImageCommand({ repositoryName, imageIds: [{ imageDigest }], acceptedMediaTypes: MANIFEST_TYPES }),
  );
  const image = listOf(response.images, response).find(({ imageId }) => imageId?.imageDigest === imageDigest);
  if (!image && listOf(response.failures, response).some(({ failureCode }) => failureCode === 'ImageNotFound')) {
    return undefined;
  }
  const manifest = textOf(image?.imageManifest, `the manifest of ${repositoryName}@${imageDigest}`);
  return { manifest, mediaType: image?.imageManifestMediaType };
}

/** @returns false when the tag already named the image */
export async function tagImage(
  repositoryName: string,
  imageTag: string,
  imageDigest: string,
  { manifest: imageManifest, mediaType: imageManifestMediaType }: ImageManifest,
): Promise<boolean> {
  try {
    await ecr.send(
      new PutImageCommand({ repositoryName, imageTag, imageDigest, imageManifest, imageManifestMediaType }),
    );
    return true;
  } catch (error) {
    if (isNotFound(error, 'ImageAlreadyExistsException')) return false;
    throw error;
  }
}
