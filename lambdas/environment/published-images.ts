import type { EnvironmentNames } from '../contracts/naming.ts';
import type { DeployOutputs } from '../contracts/outputs.ts';
import type { EnvironmentRecord } from '../contracts/record.ts';
import type { ServiceImages } from '../contracts/request.ts';
import { InputError } from '../runtime/errors.ts';
import type { ImagesPort } from '../validation/observe-images.ts';

type Names = Pick<EnvironmentNames, 'apiRepository' | 'workerRepository'>;

/** @throws {InputError} unless both services have an image of the commit, which cannot be built from this bundle */
export async function requirePublished(names: Names, commit: string, bundle: string, ecr: ImagesPort): Promise<void> {
  await digestsOf(
    names,
    commit,
    `push an image tagged ${commit} to both repositories first, or deploy this project at that commit (what is deployed was made from ${bundle}, and no other commit can be built from it)`,
    ecr,
  );
}

/**
 * What the commit in the record runs.
 * @throws {InputError} when it is not there any more: a deployment that is refused could not be put back
 */
export async function liveImages(
  names: Names,
  record: EnvironmentRecord & { outputs: DeployOutputs },
  ecr: ImagesPort,
): Promise<ServiceImages> {
  const { commit, outputs } = record;
  const fix = `it is what the record says is live, and what would be put back: start the provision machine with a commit that is published`;
  const digests = await digestsOf(names, commit, fix, ecr);
  return {
    api: `${outputs.ecr_api_repository_url}@${digests.api}`,
    worker: `${outputs.ecr_worker_repository_url}@${digests.worker}`,
  };
}

async function digestsOf(names: Names, commit: string, fix: string, ecr: ImagesPort): Promise<ServiceImages> {
  const digestIn = async (repository: string) => {
    const image = await ecr.taggedImage(repository, commit);
    if (image.kind === 'found') return image.digest;
    const where =
      image.kind === 'no-image' ? `repository ${repository} has no such tag` : `there is no repository ${repository}`;
    throw new InputError(`commit ${commit} has no image: ${where}. Fix: ${fix}`);
  };
  const [api, worker] = await Promise.all([digestIn(names.apiRepository), digestIn(names.workerRepository)]);
  return { api, worker };
}
