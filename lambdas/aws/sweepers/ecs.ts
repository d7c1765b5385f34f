import {
  DescribeClustersCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  type Failure,
  ListClustersCommand,
  ListServicesCommand,
  ListTaskDefinitionFamiliesCommand,
  ListTaskDefinitionsCommand,
  ListTasksCommand,
} from '@aws-sdk/client-ecs';
import { isNotFound } from '../../runtime/aws-errors.ts';
import { UnexpectedResponseError } from '../../runtime/unexpected-response.ts';
import type { Candidate, Confirmation, Sweeper, SweepScope } from '../../sweep/sweep-service.ts';
import { patientConfig } from '../client-config.ts';
import { eachItem, pages } from '../pages.ts';
import { listOf, namedIn, textOf } from '../responses.ts';
import { absent, ask, present, splitArn } from './support.ts';

const ecs = new ECSClient(patientConfig);

/** Services are listed for one cluster at a time. The sweep reads one page of at most this many other clusters. */
export const MOST_OTHERS = 10;

const TYPES = new Set(['cluster', 'service', 'task', 'task-definition']);

export const sweeper: Sweeper = {
  async *list({ owns, request, note }) {
    let others = 0;
    for await (const arn of clusterArns()) {
      const [cluster] = candidates([arn]);
      if (!cluster) continue;
      if (!owns(cluster.id)) {
        others += 1;
        if (others <= MOST_OTHERS) yield* servicesNamed(cluster.id, owns, note);
        continue;
      }
      yield cluster;
      // ECS continues to list inactive clusters, and refuses to list their contents.
      if ((await confirmCluster(cluster.id)).status === 'PRESENT') yield* within(cluster.id);
    }
    if (others > MOST_OTHERS) note('ECS services in other clusters', `those of ${MOST_OTHERS} clusters`);
    yield* taskDefinitions(request.names.prefix, owns);
  },
  fromInventory: ({ arn }) => (arn ? fromArn(arn) : undefined),
  fromArn,
  confirm({ type, id, arn }) {
    if (type === 'cluster') return confirmCluster(id);
    if (type === 'service') return confirmService(id);
    if (type === 'task') return confirmTask(id, arn);
    return confirmTaskDefinition(id);
  },
};

/**
 * Returns the candidate of an ARN. The id is the name of a cluster, `cluster/service`, `cluster/id` of a task, or
 * `family:revision` of a task definition.
 */
function fromArn(arn: string): Candidate | undefined {
  const { resource } = splitArn(arn);
  const slash = resource.indexOf('/');
  const type = resource.slice(0, slash);
  return TYPES.has(type) ? { type, id: resource.slice(slash + 1), arn } : undefined;
}

function clusterArns(): AsyncGenerator<string> {
  return eachItem(
    (nextToken) => ecs.send(new ListClustersCommand({ maxResults: 100, nextToken })),
    (page) => page.clusterArns,
    (page) => page.nextToken,
  );
}

async function* within(cluster: string): AsyncGenerator<Candidate> {
  const services = pages(
    (nextToken) => ecs.send(new ListServicesCommand({ cluster, maxResults: 100, nextToken })),
    (page) => page.serviceArns,
    (page) => page.nextToken,
  );
  for await (const arns of services) yield* candidates(arns);
  for (const desiredStatus of ['RUNNING', 'STOPPED'] as const) {
    const tasks = pages(
      (nextToken) => ecs.send(new ListTasksCommand({ cluster, desiredStatus, maxResults: 100, nextToken })),
      (page) => page.taskArns,
      (page) => page.nextToken,
    );
    for await (const taskArns of tasks) {
      yield* desiredStatus === 'RUNNING' ? candidates(taskArns) : candidates(await stillStopping(cluster, taskArns));
    }
  }
}

/**
 * Yields services with a name of the environment in a cluster that is not the environment's. A tag finds such services
 * wherever they are.
 */
async function* servicesNamed(cluster: string, owns: SweepScope['owns'], note: SweepScope['note']) {
  try {
    const page = await ecs.send(new ListServicesCommand({ cluster, maxResults: 100 }));
    if (page.nextToken) note(`ECS services in ${cluster}`, 'the first 100');
    for (const one of candidates(listOf(page.serviceArns, page))) if (owns(one.id.slice(cluster.length + 1))) yield one;
  } catch (error) {
    // ECS continues to list inactive clusters.
    if (!isNotFound(error, 'ClusterNotFoundException')) throw error;
  }
}

/**
 * Returns the tasks that are still stopping. ECS lists a stopping task apart from the running ones, charges for it
 * until it stops, and lists it for another hour.
 */
async function stillStopping(cluster: string, tasks: readonly string[]): Promise<readonly string[]> {
  if (tasks.length === 0) return [];
  const response = await ecs.send(new DescribeTasksCommand({ cluster, tasks: [...tasks] }));
  const over = new Set([
    ...listOf(response.tasks, response)
      .filter(({ lastStatus }) => lastStatus === 'STOPPED')
      .map(({ taskArn }) => taskArn),
    ...listOf(response.failures, response)
      .filter(({ reason }) => reason === 'MISSING')
      .map(({ arn }) => arn),
  ]);
  return tasks.filter((arn) => !over.has(arn));
}

async function* taskDefinitions(familyPrefix: string, owns: (name: string) => boolean): AsyncGenerator<Candidate> {
  const families = eachItem(
    (nextToken) => ecs.send(new ListTaskDefinitionFamiliesCommand({ familyPrefix, status: 'ACTIVE', nextToken })),
    (page) => page.families,
    (page) => page.nextToken,
  );
  for await (const name of families) {
    const family = textOf(name, 'a family of task definitions');
    if (!owns(family)) continue;
    const revisions = pages(
      (nextToken) => ecs.send(new ListTaskDefinitionsCommand({ familyPrefix: family, status: 'ACTIVE', nextToken })),
      (page) => page.taskDefinitionArns,
      (page) => page.nextToken,
    );
    for await (const arns of revisions) yield* candidates(arns);
  }
}

function candidates(arns: readonly string[]): Candidate[] {
  return arns.map((arn) => {
    const candidate = fromArn(textOf(arn, 'an ARN'));
    if (!candidate) throw new UnexpectedResponseError(`ECS lists ${arn}, which is no ARN of its own`);
    return candidate;
  });
}

async function confirmCluster(name: string): Promise<Confirmation> {
  const response = await ecs.send(new DescribeClustersCommand({ clusters: [name] }));
  const found = namedIn(response.clusters, (one) => one.clusterName === name, response);
  return byStatus(name, found?.status, response.failures);
}

async function confirmService(id: string): Promise<Confirmation> {
  const [cluster = '', service = ''] = id.split('/');
  return ask(async () => {
    const response = await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
    const found = namedIn(response.services, (one) => one.serviceName === service, response);
    return byStatus(id, found?.status, response.failures, found?.createdAt);
  }, 'ClusterNotFoundException');
}

async function confirmTask(id: string, arn = id): Promise<Confirmation> {
  const [cluster = ''] = id.split('/');
  return ask(async () => {
    const response = await ecs.send(new DescribeTasksCommand({ cluster, tasks: [arn] }));
    const task = namedIn(response.tasks, (one) => one.taskArn?.endsWith(`/${id}`) ?? false, response);
    const status = task?.lastStatus;
    if (status === 'STOPPED' || status === 'DELETED') return absent(status);
    const confirmed = byStatus(id, status, response.failures);
    const by = task?.group?.startsWith('service:') ? task.group : task?.startedBy;
    return by ? { ...confirmed, reason: `${confirmed.reason}, started by ${by}` } : confirmed;
  }, 'ClusterNotFoundException');
}

async function confirmTaskDefinition(taskDefinition: string): Promise<Confirmation> {
  try {
    const response = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
    const status = response.taskDefinition?.status;
    return status === 'DELETE_IN_PROGRESS' ? absent(status) : byStatus(taskDefinition, status, []);
  } catch (error) {
    // ECS has one error name for all client errors; only the message shows which error it is.
    if (error instanceof Error && error.name === 'ClientException' && /unable to describe/i.test(error.message)) {
      return absent('no such task definition');
    }
    throw error;
  }
}

/** Confirms by the status. Inactive resources stay listed for a while, and cost nothing. */
function byStatus(
  id: string,
  status: string | undefined,
  failures: readonly Failure[] | undefined,
  createdAt?: Date,
): Confirmation {
  if (status === 'INACTIVE') return absent(status);
  if (status !== undefined) return present(textOf(status, `the status of ${id}`), createdAt);
  const reason = failures?.[0]?.reason;
  if (reason === 'MISSING') return absent(reason);
  throw new UnexpectedResponseError(`ECS does not describe ${id}${reason ? `: ${reason}` : ''}`);
}
