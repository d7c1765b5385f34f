import { BatchGetImageCommand, ECRClient, PutImageCommand } from '@aws-sdk/client-ecr';
import type { Image, ImageStore } from './image-store.ts';
import { type Reference, RegistryError } from './reference.ts';

/**
 * Puts an image's manifest into ECR, and its content into the folder in which the lab's container agent finds it by
 * digest.
 * @throws RegistryError
 */
export async function push(image: Image, { accountId, region, repository, tag }: Reference, shared: ImageStore) {
  await shared.receive(image);
  const ecr = new ECRClient({ region });
  try {
    await ecr.send(
      new PutImageCommand({
        registryId: accountId,
        repositoryName: repository,
        imageManifest: image.manifest,
        imageDigest: image.digest,
        imageTag: tag,
      }),
    );
  } catch (error) {
    const { name, message } = error as Error;
    // The same image has the same tag already: docker prints nothing about it.
    if (name === 'ImageAlreadyExistsException') return;
    if (name === 'RepositoryNotFoundException') {
      const id = `the registry with id '${accountId}'`;
      throw new RegistryError(`name unknown: The repository with name '${repository}' does not exist in ${id}`);
    }
    if (name === 'ImageTagAlreadyExistsException') throw new RegistryError(`tag invalid: ${message}`);
    throw new RegistryError(`denied: ${message}`);
  }
}

/** Returns the manifest that a tag points at. @throws RegistryError */
export async function manifestOf({ accountId, region, repository, tag }: Reference): Promise<string> {
  const { images } = await new ECRClient({ region }).send(
    new BatchGetImageCommand({ registryId: accountId, repositoryName: repository, imageIds: [{ imageTag: tag }] }),
  );
  const manifest = images?.[0]?.imageManifest;
  if (!manifest) throw new RegistryError(`manifest unknown: Requested image not found`);
  return manifest;
}
