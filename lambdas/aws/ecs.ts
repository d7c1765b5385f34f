import {
  type ContainerDefinition,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  type Service,
  type Task,
} from '@aws-sdk/client-ecs';
import { UnexpectedResponseError } from '../runtime/unexpected-response.ts';
import type { Deployment, EcsService, RunningTask } from '../validation/checks/ecs-services.ts';
import type { StoppedTask } from '../validation/checks/stopped-tasks.ts';
import { clientConfig } from './client-config.ts';
import { eachItem } from './pages.ts';
import { listOf, textOf } from './responses.ts';

const ecs = new ECSClient(clientConfig);

/** DescribeTasks has this limit. */
const TASKS_A_CALL = 100;

/** Limit of DescribeServices: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html */
const SERVICES_A_CALL = 10;

/** The services by name; one that ECS does not know has the status MISSING. */
export async function describeServices(cluster: string, names: readonly string[]): Promise<EcsService[]> {
  const found: EcsService[] = [];
  for (let start = 0; start < names.length; start += SERVICES_A_CALL)
    found.push(...(await describeSome(cluster, names.slice(start, start + SERVICES_A_CALL))));
  return found;
}

async function describeSome(cluster: string, names: readonly string[]): Promise<EcsService[]> {
  const response = await ecs
    .send(new DescribeServicesCommand({ cluster, services: [...names] }))
    .catch((error: Error) => {
      if (error.name !== 'ClusterNotFoundException') throw error;
      return { services: [], failures: names.map((name) => ({ arn: name, reason: 'MISSING' })) };
    });
  const services = listOf(response.services, response);
  const failures = listOf(response.failures, response);
  return Promise.all(
    names.map((name) => {
      const service = services.find((one) => one.serviceName === name);
      if (service) return observed(cluster, name, service);
      const failure = failures.find((one) => one.arn === name || one.arn?.endsWith(`/${name}`));
      if (failure?.reason !== 'MISSING') throw new UnexpectedResponseError(`ECS says nothing of service ${name}`);
      return missing(name);
    }),
  );
}

/** Returns the tasks of a service: the running tasks, or those that stopped within about the last hour. */
export async function serviceTasks(
  cluster: string,
  serviceName: string,
  desiredStatus: 'RUNNING' | 'STOPPED',
): Promise<Task[]> {
  const all = eachItem(
    (nextToken) => ecs.send(new ListTasksCommand({ cluster, serviceName, desiredStatus, nextToken })),
    (page) => page.taskArns,
    (page) => page.nextToken,
  );
  const arns: string[] = [];
  for await (const arn of all) arns.push(textOf(arn, `the ARN of a task of ${serviceName}`));
  const tasks: Task[] = [];
  for (let start = 0; start < arns.length; start += TASKS_A_CALL) {
    tasks.push(...(await describeTasks(cluster, arns.slice(start, start + TASKS_A_CALL))));
  }
  return tasks;
}

/**
 * Describes tasks. A task may end between the list and this call, and then ECS reports MISSING. A task that ECS omits
 * was not read.
 */
async function describeTasks(cluster: string, arns: string[]): Promise<readonly Task[]> {
  const response = await ecs.send(new DescribeTasksCommand({ cluster, tasks: arns }));
  const tasks = listOf(response.tasks, response);
  const failures = listOf(response.failures, response);
  for (const arn of arns) {
    if (tasks.some(({ taskArn }) => taskArn === arn)) continue;
    const reason = failures.find((one) => one.arn === arn)?.reason;
    if (reason !== 'MISSING')
      throw new UnexpectedResponseError(`ECS does not describe task ${arn}${reason ? `: ${reason}` : ''}`);
  }
  return tasks;
}

/** Returns the images of a task definition's containers. */
export async function imagesOf(taskDefinition: string): Promise<string[]> {
  const containers = await containersOf(taskDefinition);
  return containers.map(({ image }) => textOf(image, `the image of a container of ${taskDefinition}`));
}

/**
 * Returns the names of a task definition's essential containers. A container is essential unless its definition says
 * otherwise.
 */
export async function essentialContainers(taskDefinition: string): Promise<string[]> {
  const containers = await containersOf(taskDefinition);
  return containers
    .filter(({ essential }) => essential !== false)
    .map(({ name }) => textOf(name, `the name of a container of ${taskDefinition}`));
}

/** Returns the containers of a task definition, which may be INACTIVE. */
async function containersOf(taskDefinition: string): Promise<readonly ContainerDefinition[]> {
  const response = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
  return listOf(response.taskDefinition?.containerDefinitions, response);
}

async function observed(cluster: string, name: string, service: Service): Promise<EcsService> {
  const status = textOf(service.status, `the status of service ${name}`);
  // ECS refuses to list the tasks of a service that no longer exists.
  const active = status === 'ACTIVE';
  const [running, stopped] = await Promise.all([
    active ? serviceTasks(cluster, name, 'RUNNING') : [],
    active ? serviceTasks(cluster, name, 'STOPPED') : [],
  ]);
  return {
    name,
    ...(service.serviceArn ? { arn: service.serviceArn } : {}),
    status,
    desired: number(service.desiredCount, name, 'desiredCount'),
    running: number(service.runningCount, name, 'runningCount'),
    pending: number(service.pendingCount, name, 'pendingCount'),
    deployments: listOf(service.deployments, service).map(deployment),
    events: listOf(service.events, service).map((event) => ({
      at: event.createdAt?.getTime() ?? 0,
      message: event.message ?? '',
    })),
    runningTasks: running.filter((task) => task.lastStatus === 'RUNNING').map(runningTask),
    stopped: stopped.map(stoppedTask),
  };
}

function deployment(one: NonNullable<Service['deployments']>[number]): Deployment {
  const createdAt = one.createdAt?.getTime() ?? 0;
  return {
    id: one.id ?? '',
    status: one.status ?? '',
    ...(one.rolloutState ? { rolloutState: one.rolloutState } : {}),
    ...(one.rolloutStateReason ? { rolloutStateReason: one.rolloutStateReason } : {}),
    taskDefinition: one.taskDefinition ?? '',
    createdAt,
    updatedAt: one.updatedAt?.getTime() ?? createdAt,
  };
}

function runningTask({ taskArn = '', startedAt, taskDefinitionArn, attachments = [], ...task }: Task): RunningTask {
  if (!startedAt) throw new UnexpectedResponseError(`ECS does not say when task ${taskArn} started`);
  if (!taskDefinitionArn)
    throw new UnexpectedResponseError(`ECS does not say of which task definition task ${taskArn} is`);
  const address = attachments
    .filter(({ type }) => type === 'ElasticNetworkInterface')
    .flatMap(({ details = [] }) => details)
    .find(({ name }) => name === 'privateIPv4Address')?.value;
  return {
    task: taskArn,
    taskDefinition: taskDefinitionArn,
    startedAt: startedAt.getTime(),
    ...(address ? { address } : {}),
    ...(task.healthStatus === 'UNHEALTHY' ? { unhealthy: true } : {}),
  };
}

function stoppedTask(task: Task): StoppedTask {
  return {
    task: task.taskArn ?? '',
    stoppedAt: (task.stoppedAt ?? task.stoppingAt ?? task.createdAt)?.getTime() ?? 0,
    stopCode: task.stopCode ?? '',
    reason: task.stoppedReason ?? '',
    containers: (task.containers ?? [])
      .filter((one) => one.exitCode !== undefined || one.reason)
      .map(
        (one) =>
          `${one.name}: ${[one.exitCode === undefined ? '' : `exit ${one.exitCode}`, one.reason].filter(Boolean).join(', ')}`,
      ),
  };
}

function missing(name: string): EcsService {
  return {
    name,
    status: 'MISSING',
    desired: 0,
    running: 0,
    pending: 0,
    deployments: [],
    events: [],
    runningTasks: [],
    stopped: [],
  };
}

function number(value: number | undefined, service: string, field: string): number {
  if (typeof value !== 'number') throw new UnexpectedResponseError(`ECS reports no ${field} of service ${service}`);
  return value;
}
