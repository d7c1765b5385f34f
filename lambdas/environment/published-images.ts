import { type EnvironmentImage, type ImageUris, repositoryUrl } from '../contracts/images.ts';
import type { PreflightRequest } from '../contracts/request.ts';
import { InputError } from '../runtime/errors.ts';
import type { ImagesPort } from '../validation/observe-images.ts';

/** @throws {InputError} unless every repository has an image of the commit, which cannot be built from this bundle */
export async function requirePublished(
  images: readonly EnvironmentImage[],
  commit: string,
  bundle: string,
  ecr: ImagesPort,
): Promise<void> {
  const fix = `push an image tagged ${commit} to each repository of the stack first, or deploy this project at that commit (what is deployed was made from ${bundle}, and no other commit can be built from it)`;
  await Promise.all(images.map((image) => digestOf(image, commit, fix, ecr)));
}

/**
 * Returns the images that the commit in the record runs.
 * @throws {InputError} when one does not exist any more, since a refused deployment could not restore it
 */
export async function liveImages(
  images: readonly EnvironmentImage[],
  commit: string,
  where: Pick<PreflightRequest, 'accountId' | 'region'>,
  ecr: ImagesPort,
): Promise<ImageUris> {
  const fix = `it is what the record says is live, and what would be put back: start the provision machine with a commit that is published`;
  const pairs = images.map(async (image) => {
    const digest = await digestOf(image, commit, fix, ecr);
    return [image.name, `${repositoryUrl(where, image.repository)}@${digest}`] as const;
  });
  return Object.fromEntries(await Promise.all(pairs));
}

async function digestOf(
  { repository }: EnvironmentImage,
  commit: string,
  fix: string,
  ecr: ImagesPort,
): Promise<string> {
  const image = await ecr.taggedImage(repository, commit);
  if (image.kind === 'found') return image.digest;
  const where =
    image.kind === 'no-image' ? `repository ${repository} has no such tag` : `there is no repository ${repository}`;
  throw new InputError(`commit ${commit} has no image: ${where}. Fix: ${fix}`);
}
