import { imagesOf } from '../contracts/images.ts';
import type { MoveTagsEvent, MoveTagsResult } from '../contracts/payloads/images.ts';
import { InputError } from '../runtime/errors.ts';

export interface ImageManifest {
  manifest: string;
  mediaType?: string | undefined;
}

export interface MoveTagsPorts {
  /** Returns undefined when the repository has no such image. */
  imageManifest(repository: string, digest: string): Promise<ImageManifest | undefined>;
  /** @returns false when the tag named the image before */
  tagImage(repository: string, tag: string, digest: string, image: ImageManifest): Promise<boolean>;
  /** @throws when the execution does not own the environment any more */
  confirm(): Promise<void>;
}

/**
 * Moves the stable tags to the images that run now.
 * @throws {InputError} for an image that its repository does not have
 */
export async function moveTags({ request, images }: MoveTagsEvent, ports: MoveTagsPorts): Promise<MoveTagsResult> {
  const known = imagesOf(request);
  const wanted = Object.entries(images).map(([name, uri]) => {
    const image = known.find((one) => one.name === name);
    if (!image) throw new InputError(`the stack has no image "${name}": its tag is not moved`);
    return { repository: image.repository, tag: image.stableTag, digest: digestOf(uri) };
  });
  const found = await Promise.all(
    wanted.map(async (one) => ({ ...one, image: await ports.imageManifest(one.repository, one.digest) })),
  );
  const result: MoveTagsResult = [];
  for (const { image, ...one } of found) {
    if (!image)
      throw new InputError(`repository ${one.repository} has no image ${one.digest}: deploy the commit again`);
    await ports.confirm();
    result.push({ ...one, moved: await ports.tagImage(one.repository, one.tag, one.digest, image) });
  }
  return result;
}

function digestOf(image: string): string {
  return image.slice(image.indexOf('@') + 1);
}
