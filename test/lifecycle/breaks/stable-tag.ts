import { BatchGetImageCommand, PutImageCommand } from '@aws-sdk/client-ecr';
import type { Platform } from './platform.ts';

const imageTag = 'worker-main';

/** Puts the worker's stable tag on another image of its repository. @returns a function that restores the tag */
export async function moveStableTag({ ecr, outputs }: Platform): Promise<() => Promise<void>> {
  const url = outputs.ecr_worker_repository_url;
  const repositoryName = url.slice(url.indexOf('/') + 1);
  const { images = [] } = await ecr.send(new BatchGetImageCommand({ repositoryName, imageIds: [{ imageTag }] }));
  const imageManifest = images[0]?.imageManifest ?? '';
  // Another manifest of the same image is another image: its digest differs.
  await ecr.send(new PutImageCommand({ repositoryName, imageTag, imageManifest: `${imageManifest}\n` }));
  return async () => {
    await ecr.send(new PutImageCommand({ repositoryName, imageTag, imageManifest }));
  };
}
