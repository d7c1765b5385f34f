import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BatchGetImageCommand, ECRClient } from '@aws-sdk/client-ecr';
import * as z from 'zod';
import type { LabContext } from '../context.ts';
import { TaskStartError } from './failure.ts';
import { asRole } from './role.ts';

/**
 * The schema is that of an image's declarations, as the lab's `docker` stores them beside the image's root file system.
 */
const imageConfig = z.object({
  env: z.record(z.string(), z.string()).default({}),
  workdir: z.string().default('/'),
  cmd: z.array(z.string()).default([]),
  entrypoint: z.array(z.string()).optional(),
});
export type ImageConfig = z.infer<typeof imageConfig>;

export interface Image {
  digest: string;
  /** The folder stands for the image's `/`. */
  rootfs: string;
  config: ImageConfig;
  /** The architecture is `amd64` or `arm64`; it is undefined where the image does not declare it. */
  architecture: string | undefined;
}

export interface ImageReference {
  accountId: string;
  region: string;
  repository: string;
  imageId: { imageDigest: string } | { imageTag: string };
}

/** @returns undefined for a reference that is not an ECR image */
export function parseImage(image: string): ImageReference | undefined {
  const match =
    /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\/([^@:]+)(?::([^@]+))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(image);
  if (!match) return undefined;
  const [, accountId, region, repository, tag, digest] = match;
  if (!accountId || !region || !repository) return undefined;
  return { accountId, region, repository, imageId: digest ? { imageDigest: digest } : { imageTag: tag ?? 'latest' } };
}

/**
 * Resolves an image reference as the container agent does: through ECR, as the execution role, and then to what the
 * lab's `docker` stored under that digest.
 * @throws TaskStartError with ECS's CannotPullContainerError
 */
export async function pullImage(
  context: LabContext,
  image: string,
  executionRoleArn: string | undefined,
): Promise<Image> {
  const reference = parseImage(image);
  if (!reference) throw cannotPull(image, 'the lab pulls from ECR only');
  const digest = await resolveDigest(context, image, reference, executionRoleArn);
  const directory = join(context.directory, 'images', digest);
  try {
    const config = imageConfig.parse(JSON.parse(await readFile(join(directory, 'config.json'), 'utf8')));
    const platform = await readFile(join(directory, 'platform'), 'utf8').catch(() => '');
    return { digest, rootfs: join(directory, 'rootfs'), config, architecture: platform.split('/')[1] };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw cannotPull(image, `failed to copy: content at ${digest}: not found`);
  }
}

async function resolveDigest(
  context: LabContext,
  image: string,
  reference: ImageReference,
  executionRoleArn: string | undefined,
): Promise<string> {
  const ecr = new ECRClient({ ...asRole(context, executionRoleArn), region: reference.region });
  try {
    const { images } = await ecr.send(
      new BatchGetImageCommand({
        registryId: reference.accountId,
        repositoryName: reference.repository,
        imageIds: [reference.imageId],
      }),
    );
    const digest = images?.[0]?.imageId?.imageDigest;
    if (!digest) throw cannotPull(image, 'not found');
    return digest;
  } catch (error) {
    if (error instanceof TaskStartError) throw error;
    const name = (error as Error).name;
    throw cannotPull(
      image,
      name === 'RepositoryNotFoundException' ? 'not found' : `${name}: ${(error as Error).message}`,
    );
  } finally {
    ecr.destroy();
  }
}

function cannotPull(image: string, why: string): TaskStartError {
  return new TaskStartError(
    'CannotPullContainerError',
    `pull image manifest has been retried 1 time(s): failed to resolve ref ${image}: ${image}: ${why}`,
  );
}
