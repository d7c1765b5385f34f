import { BatchGetImageCommand, DescribeImagesCommand, ECRClient } from '@aws-sdk/client-ecr';
import * as z from 'zod';
import { isNotFound } from '../runtime/aws-errors.ts';
import { UnexpectedResponseError } from '../runtime/unexpected-response.ts';
import { clientConfig } from './client-config.ts';
import { MANIFEST_TYPES } from './manifest-types.ts';
import { describedIn, textOf } from './responses.ts';

const ecr = new ECRClient(clientConfig);

/** An image has no `manifests`. An index also contains attestations, for the platform "unknown". */
const index = z.object({
  manifests: z
    .array(z.object({ digest: z.string(), platform: z.object({ architecture: z.string() }).optional() }))
    .optional(),
});

export type TaggedImage = { kind: 'found'; digest: string } | { kind: 'no-image' } | { kind: 'no-repository' };

export async function taggedImage(repositoryName: string, imageTag: string): Promise<TaggedImage> {
  try {
    const response = await ecr.send(new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag }] }));
    const found = describedIn(response.imageDetails, (one) => one.imageTags?.includes(imageTag) ?? false, response);
    return { kind: 'found', digest: textOf(found.imageDigest, `the digest of ${repositoryName}:${imageTag}`) };
  } catch (error) {
    if (isNotFound(error, 'ImageNotFoundException')) return { kind: 'no-image' };
    if (isNotFound(error, 'RepositoryNotFoundException')) return { kind: 'no-repository' };
    throw error;
  }
}

/** Returns the digests of the platforms' images in an index. The list is empty when the digest belongs to an image. */
export async function platformDigests(repositoryName: string, imageDigest: string): Promise<string[]> {
  const response = await ecr.send(
    new BatchGetImageCommand({ repositoryName, imageIds: [{ imageDigest }], acceptedMediaTypes: MANIFEST_TYPES }),
  );
  const image = describedIn(response.images, (one) => one.imageId?.imageDigest === imageDigest, response);
  const manifest = textOf(image.imageManifest, `the manifest of ${repositoryName}@${imageDigest}`);
  const parsed = index.safeParse(JSON.parse(manifest));
  if (!parsed.success)
    throw new UnexpectedResponseError(`${repositoryName}@${imageDigest} is neither an image nor an index`);
  return (parsed.data.manifests ?? [])
    .filter(({ platform }) => platform?.architecture !== 'unknown')
    .map(({ digest }) => digest);
}
