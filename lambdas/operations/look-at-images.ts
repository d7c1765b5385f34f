import { ecrImages, type RunningContainer, type ServiceImages } from '../checks/ecr-images.ts';
import type { EcsService } from '../checks/ecs-services.ts';
import type { Conclusion } from '../shared/contracts.ts';
import type { OutputsOf } from '../shared/outputs.ts';

type TaggedImage = { kind: 'found'; digest: string } | { kind: 'no-image' } | { kind: 'no-repository' };

export interface ImagesPort {
  taggedImage(repository: string, tag: string): Promise<TaggedImage>;
}

export interface TasksPort {
  describeServices(cluster: string, names: readonly string[]): Promise<EcsService[]>;
  serviceTasks(
    cluster: string,
    service: string,
    desired: 'RUNNING' | 'STOPPED',
  ): Promise<{ taskArn?: string | undefined; lastStatus?: string | undefined; containers?: Container[] | undefined }[]>;
}

interface Container {
  image?: string | undefined;
  imageDigest?: string | undefined;
}

export async function lookAtImages(
  outputs: OutputsOf<'ecr-images'>,
  commit: string,
  ecr: ImagesPort,
  ecs: TasksPort,
): Promise<Conclusion> {
  const services = [
    { service: outputs.api_service_name, url: outputs.ecr_api_repository_url, stableTag: 'api-main' },
    { service: outputs.worker_service_name, url: outputs.ecr_worker_repository_url, stableTag: 'worker-main' },
  ];
  return ecrImages(
    await Promise.all(services.map((one) => lookAtService(outputs.ecs_cluster_name, one, commit, ecr, ecs))),
  );
}

async function lookAtService(
  cluster: string,
  { service, url, stableTag }: { service: string; url: string; stableTag: string },
  commit: string,
  ecr: ImagesPort,
  ecs: TasksPort,
): Promise<ServiceImages> {
  const repository = url.slice(url.indexOf('/') + 1);
  const [byCommit, byStableTag, [described]] = await Promise.all([
    ecr.taggedImage(repository, commit),
    ecr.taggedImage(repository, stableTag),
    ecs.describeServices(cluster, [service]),
  ]);
  const active = described?.status === 'ACTIVE';
  return {
    service,
    repository,
    repositoryExists: byCommit.kind !== 'no-repository',
    commit,
    ...(byCommit.kind === 'found' ? { commitDigest: byCommit.digest } : {}),
    stableTag,
    ...(byStableTag.kind === 'found' ? { stableDigest: byStableTag.digest } : {}),
    rolling: described?.deployments.some((one) => one.rolloutState === 'IN_PROGRESS') ?? false,
    running: active ? await containersOf(cluster, service, url, ecs) : [],
  };
}

/** Sidecars come from other repositories and are no business of this check. */
async function containersOf(
  cluster: string,
  service: string,
  url: string,
  ecs: TasksPort,
): Promise<RunningContainer[]> {
  const wanted = await ecs.serviceTasks(cluster, service, 'RUNNING');
  // ECS lists what it wants to run: some of it may still be starting, or never get there.
  const running = wanted.filter((task) => task.lastStatus === 'RUNNING');
  return running.flatMap((task) =>
    (task.containers ?? [])
      .filter(({ image }) => image?.startsWith(`${url}:`) || image?.startsWith(`${url}@`))
      .map(({ image, imageDigest }) => ({
        task: task.taskArn ?? '',
        image: image ?? '',
        ...(imageDigest ? { digest: imageDigest } : {}),
      })),
  );
}
