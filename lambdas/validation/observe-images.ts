import type { Conclusion } from '../contracts/contracts.ts';
import { imagesOf, repositoryUrl } from '../contracts/images.ts';
import type { OutputsOf, StackOutputs } from '../contracts/outputs.ts';
import type { CheckRequest } from '../contracts/request.ts';
import { InputError } from '../runtime/errors.ts';
import { UnexpectedResponseError } from '../runtime/unexpected-response.ts';
import { ecrImages, type RunningContainer, type ServiceImages } from './checks/ecr-images.ts';
import type { EcsService } from './checks/ecs-services.ts';
import { serviceNames } from './service-names.ts';

type TaggedImage = { kind: 'found'; digest: string } | { kind: 'no-image' } | { kind: 'no-repository' };

export interface ImagesPort {
  taggedImage(repository: string, tag: string): Promise<TaggedImage>;
}

export interface IndexPort {
  /**
   * Returns the digests of the platforms' images in an index. The list is empty when the digest belongs to an image.
   */
  platformDigests(repository: string, digest: string): Promise<string[]>;
}

export interface TasksPort {
  describeServices(cluster: string, names: readonly string[]): Promise<EcsService[]>;
  serviceTasks(cluster: string, service: string, desired: 'RUNNING' | 'STOPPED'): Promise<TaskWithContainers[]>;
  /** Returns the names of a task definition's essential containers. */
  essentialContainers(taskDefinition: string): Promise<string[]>;
}

interface TaskWithContainers {
  taskArn?: string | undefined;
  taskDefinitionArn?: string | undefined;
  lastStatus?: string | undefined;
  containers?: Container[] | undefined;
}

interface Container {
  name?: string | undefined;
  image?: string | undefined;
  imageDigest?: string | undefined;
  lastStatus?: string | undefined;
}

/** @throws {InputError} when no image names the service that runs it */
export async function observeImages(
  outputs: OutputsOf<'ecr-images'> & StackOutputs,
  request: CheckRequest,
  ecr: ImagesPort & IndexPort,
  ecs: TasksPort,
): Promise<Conclusion> {
  const images = imagesOf(request).flatMap(({ repository, stableTag, service }) =>
    serviceNames(service ? [service] : [], outputs).map((name) => {
      const url = repositoryUrl(request, repository);
      return { service: name, repository, url, stableTag };
    }),
  );
  if (images.length === 0) throw new InputError('no image of stack.images names the output of a service that runs it');
  const { commit } = request;
  return ecrImages(
    await Promise.all(images.map((one) => observeService(outputs.ecs_cluster_name, one, commit, ecr, ecs))),
  );
}

async function observeService(
  cluster: string,
  { service, repository, url, stableTag }: { service: string; repository: string; url: string; stableTag: string },
  commit: string,
  ecr: ImagesPort & IndexPort,
  ecs: TasksPort,
): Promise<ServiceImages> {
  const [byCommit, byStableTag, [described]] = await Promise.all([
    ecr.taggedImage(repository, commit),
    ecr.taggedImage(repository, stableTag),
    ecs.describeServices(cluster, [service]),
  ]);
  if (!described) throw new UnexpectedResponseError(`ECS says nothing of service ${service}`);
  const tasks = described.status === 'ACTIVE' ? await tasksOf(cluster, service, url, ecs) : [];
  const running = tasks.flatMap(({ own }) => own);
  const digest = byCommit.kind === 'found' ? byCommit.digest : undefined;
  const differs = digest !== undefined && running.some((one) => one.digest !== undefined && one.digest !== digest);
  return {
    service,
    repository,
    repositoryExists: byCommit.kind !== 'no-repository',
    commit,
    ...(digest ? { commitDigest: digest } : {}),
    stableTag,
    ...(byStableTag.kind === 'found' ? { stableDigest: byStableTag.digest } : {}),
    platformDigests: differs ? await ecr.platformDigests(repository, digest) : [],
    rolling: described.deployments.some((one) => one.rolloutState === 'IN_PROGRESS'),
    desired: described.desired,
    tasks: tasks.length,
    running,
    strangers: tasks.filter(({ own }) => own.length === 0).map(({ task, others }) => ({ task, images: others })),
  };
}

/**
 * Returns the essential containers of each running task: those with an image of the repository, and the images of the
 * others. A container that is not essential may have run before, or may be a sidecar, and the check ignores it,
 * whatever its image.
 */
async function tasksOf(cluster: string, service: string, url: string, ecs: TasksPort) {
  const wanted = await ecs.serviceTasks(cluster, service, 'RUNNING');
  // ECS lists the tasks that it wants to run. Some of them may still be starting, or may never start.
  const running = wanted.filter((task) => task.lastStatus === 'RUNNING');
  const definitions = [...new Set(running.map(({ taskDefinitionArn = '' }) => taskDefinitionArn))];
  const pairs = definitions.map(async (arn) => [arn, new Set(await ecs.essentialContainers(arn))] as const);
  const essential = new Map(await Promise.all(pairs));
  return running.map(({ taskArn: task = '', taskDefinitionArn = '', containers = [] }) => {
    const those = containers.filter(({ name = '' }) => essential.get(taskDefinitionArn)?.has(name));
    return {
      task,
      own: those.filter((one) => isOf(url, one)).map((one) => asRunning(task, one)),
      others: those.filter((one) => !isOf(url, one)).map(({ image = '' }) => image),
    };
  });
}

function isOf(url: string, { image = '' }: Container): boolean {
  return image.startsWith(`${url}:`) || image.startsWith(`${url}@`);
}

function asRunning(task: string, { image = '', imageDigest, lastStatus = 'UNKNOWN' }: Container): RunningContainer {
  return { task, image, status: lastStatus, ...(imageDigest ? { digest: imageDigest } : {}) };
}
