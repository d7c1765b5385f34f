import {
  DescribeClustersCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListClustersCommand,
  ListServicesCommand,
  ListTaskDefinitionFamiliesCommand,
  ListTaskDefinitionsCommand,
  ListTasksCommand,
} from '@aws-sdk/client-ecs';
import type { Candidate, Confirmation, Sweeper } from '../../operations/sweep-service.ts';
import { MalformedAnswer } from '../../shared/malformed-answer.ts';
import { patientConfig } from '../client-config.ts';
import { absent, ask, pages, present, splitArn } from './support.ts';

const ecs = new ECSClient(patientConfig);

const TYPES = new Set(['cluster', 'service', 'task', 'task-definition']);

export const sweeper: Sweeper = {
  async *list({ owns, request }) {
    for await (const arn of clusterArns()) {
      const cluster = fromArn(arn);
      if (!cluster || !owns(cluster.id)) continue;
      yield cluster;
      // ECS goes on listing inactive clusters, and refuses to list what was in them.
      if ((await confirmCluster(cluster.id)).status === 'PRESENT') yield* within(cluster.id);
    }
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

/** A cluster's id is its name, a service's `cluster/service`, a task's `cluster/id`, a definition's `family:revision`. */
function fromArn(arn: string): Candidate | undefined {
  const { resource } = splitArn(arn);
  const slash = resource.indexOf('/');
  const type = resource.slice(0, slash);
  return TYPES.has(type) ? { type, id: resource.slice(slash + 1), arn } : undefined;
}

async function* clusterArns(): AsyncGenerator<string> {
  const all = pages(
    (nextToken) => ecs.send(new ListClustersCommand({ maxResults: 100, nextToken })),
    (page) => page.nextToken,
  );
  for await (const page of all) yield* page.clusterArns ?? [];
}

async function* within(cluster: string): AsyncGenerator<Candidate> {
  const services = pages(
    (nextToken) => ecs.send(new ListServicesCommand({ cluster, maxResults: 100, nextToken })),
    (page) => page.nextToken,
  );
  for await (const page of services) yield* candidates(page.serviceArns);
  for (const desiredStatus of ['RUNNING', 'STOPPED'] as const) {
    const tasks = pages(
      (nextToken) => ecs.send(new ListTasksCommand({ cluster, desiredStatus, maxResults: 100, nextToken })),
      (page) => page.nextToken,
    );
    for await (const { taskArns = [] } of tasks) {
      yield* desiredStatus === 'RUNNING' ? candidates(taskArns) : candidates(await stillStopping(cluster, taskArns));
    }
  }
}

/** A task that is to stop is listed apart from the running ones, is paid for until it has, and is listed for an hour more. */
async function stillStopping(cluster: string, tasks: string[]): Promise<string[]> {
  if (tasks.length === 0) return [];
  const answer = await ecs.send(new DescribeTasksCommand({ cluster, tasks }));
  const over = new Set([
    ...(answer.tasks ?? []).filter(({ lastStatus }) => lastStatus === 'STOPPED').map(({ taskArn }) => taskArn),
    ...(answer.failures ?? []).filter(({ reason }) => reason === 'MISSING').map(({ arn }) => arn),
  ]);
  return tasks.filter((arn) => !over.has(arn));
}

async function* taskDefinitions(familyPrefix: string, owns: (name: string) => boolean): AsyncGenerator<Candidate> {
  const families = pages(
    (nextToken) => ecs.send(new ListTaskDefinitionFamiliesCommand({ familyPrefix, status: 'ACTIVE', nextToken })),
    (page) => page.nextToken,
  );
  for await (const { families: names = [] } of families) {
    for (const family of names.filter(owns)) {
      const revisions = pages(
        (nextToken) => ecs.send(new ListTaskDefinitionsCommand({ familyPrefix: family, status: 'ACTIVE', nextToken })),
        (page) => page.nextToken,
      );
      for await (const page of revisions) yield* candidates(page.taskDefinitionArns);
    }
  }
}

function candidates(arns: string[] = []): Candidate[] {
  return arns.flatMap((arn) => fromArn(arn) ?? []);
}

async function confirmCluster(name: string): Promise<Confirmation> {
  const { clusters = [], failures = [] } = await ecs.send(new DescribeClustersCommand({ clusters: [name] }));
  return byStatus(name, clusters[0]?.status, failures[0]?.reason);
}

async function confirmService(id: string): Promise<Confirmation> {
  const [cluster = '', service = ''] = id.split('/');
  return ask(async () => {
    const answer = await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
    return byStatus(id, answer.services?.[0]?.status, answer.failures?.[0]?.reason);
  }, 'ClusterNotFoundException');
}

async function confirmTask(id: string, arn = id): Promise<Confirmation> {
  const [cluster = ''] = id.split('/');
  return ask(async () => {
    const answer = await ecs.send(new DescribeTasksCommand({ cluster, tasks: [arn] }));
    const status = answer.tasks?.[0]?.lastStatus;
    return status === 'STOPPED' || status === 'DELETED'
      ? absent(status)
      : byStatus(id, status, answer.failures?.[0]?.reason);
  }, 'ClusterNotFoundException');
}

async function confirmTaskDefinition(taskDefinition: string): Promise<Confirmation> {
  try {
    const answer = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
    const status = answer.taskDefinition?.status;
    return status === 'DELETE_IN_PROGRESS' ? absent(status) : byStatus(taskDefinition, status, undefined);
  } catch (error) {
    // ECS has one name for everything that a client got wrong; only the message tells which.
    if (error instanceof Error && error.name === 'ClientException' && /unable to describe/i.test(error.message)) {
      return absent('no such task definition');
    }
    throw error;
  }
}

/** Inactive things stay listed for a while, and cost nothing. */
function byStatus(id: string, status: string | undefined, failure: string | undefined): Confirmation {
  if (status === 'INACTIVE') return absent(status);
  if (status) return present(status);
  if (failure === 'MISSING') return absent(failure);
  throw new MalformedAnswer(`ECS says nothing of ${id}${failure ? ` but ${failure}` : ''}`);
}
