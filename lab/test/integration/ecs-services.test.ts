import {
  CreateServiceCommand,
  type CreateServiceCommandInput,
  DeleteClusterCommand,
  DeleteServiceCommand,
  DescribeClustersCommand,
  DescribeServiceDeploymentsCommand,
  ListServiceDeploymentsCommand,
  ListServicesCommand,
  type Service,
  StopTaskCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AwsEvent } from '../../context.ts';
import { ecsService, type LabEcs } from '../../ecs/ecs.ts';
import { restartDelayMs } from '../../ecs/rollout.ts';
import { type Lab, startLab } from '../../lab.ts';
import { CRASHING, TestContainers, WORKER } from '../support/containers.ts';
import { eventually } from '../support/eventually.ts';

let lab: Lab;
let ecs: LabEcs;
let containers: TestContainers;
let working: string;
let crashing: string;
const events: AwsEvent[] = [];

beforeAll(async () => {
  lab = await startLab({
    services: [
      (context) => {
        ecs = ecsService(context);
        return ecs;
      },
    ],
  });
  lab.context.events.on('event', (event) => events.push(event));
  containers = await new TestContainers(lab.context).create();
  working = await containers.define(await containers.image(WORKER));
  crashing = await containers.define(await containers.image(CRASHING));
});

afterAll(() => lab?.stop());

let count = 0;

async function create(taskDefinition: string, more: Partial<CreateServiceCommandInput> = {}): Promise<string> {
  const serviceName = `service-${++count}`;
  await containers.ecs.send(
    new CreateServiceCommand({
      cluster: containers.cluster,
      serviceName,
      taskDefinition,
      desiredCount: 1,
      launchType: 'FARGATE',
      networkConfiguration: containers.networkConfiguration,
      ...more,
    }),
  );
  return serviceName;
}

const update = (service: string, more: object) =>
  containers.ecs.send(new UpdateServiceCommand({ cluster: containers.cluster, service, ...more }));

async function until(name: string, check: (service: Service) => void): Promise<Service> {
  return eventually(async () => {
    const service = await containers.service(name);
    check(service);
    return service;
  });
}

const completed = (taskDefinition: string, count: number) => (service: Service) =>
  expect(service).toMatchObject({
    runningCount: count,
    pendingCount: 0,
    desiredCount: count,
    taskDefinition,
    deployments: [{ status: 'PRIMARY', rolloutState: 'COMPLETED', taskDefinition, runningCount: count }],
  });

const messages = (service: Service) => (service.events ?? []).map(({ message = '' }) => message);
const breaker = (rollback: boolean) => ({ deploymentCircuitBreaker: { enable: true, rollback } });

describe('a service', () => {
  test('reaches a steady state and says so', async () => {
    const name = await create(working);
    expect(await containers.service(name)).toMatchObject({ status: 'ACTIVE', desiredCount: 1 });
    const service = await until(name, completed(working, 1));
    const [task] = await containers.tasksOf(name);
    const id = task?.taskArn?.split('/').at(-1);
    const deployment = service.deployments?.[0]?.id;
    expect(messages(service)).toEqual([
      `(service ${name}) has reached a steady state.`,
      `(service ${name}) (deployment ${deployment}) deployment completed.`,
      `(service ${name}) has started 1 tasks: (task ${id}).`,
    ]);
    expect(task).toMatchObject({ group: `service:${name}`, startedBy: deployment, launchType: 'FARGATE' });
    const bus = events.filter(({ resources }) => resources.includes(service.serviceArn ?? ''));
    expect(bus.map(({ detail }) => detail.eventName)).toEqual([
      'SERVICE_DEPLOYMENT_IN_PROGRESS',
      'SERVICE_DEPLOYMENT_COMPLETED',
      'SERVICE_STEADY_STATE',
    ]);
  });

  test('keeps what it was created with', async () => {
    const name = await create(working, {
      desiredCount: 0,
      healthCheckGracePeriodSeconds: 7,
      enableECSManagedTags: true,
      enableExecuteCommand: true,
      propagateTags: 'SERVICE',
      deploymentConfiguration: { minimumHealthyPercent: 50, maximumPercent: 150, ...breaker(true) },
    });
    expect(await containers.service(name)).toMatchObject({
      healthCheckGracePeriodSeconds: 7,
      enableECSManagedTags: true,
      enableExecuteCommand: true,
      propagateTags: 'SERVICE',
      platformVersion: 'LATEST',
      deploymentConfiguration: { minimumHealthyPercent: 50, maximumPercent: 150, ...breaker(true) },
      networkConfiguration: { awsvpcConfiguration: { ...containers.networkConfiguration.awsvpcConfiguration } },
    });
  });

  test('replaces a task that dies or is stopped, without calling the deployment failed', async () => {
    const name = await create(working, { deploymentConfiguration: breaker(true) });
    await until(name, completed(working, 1));
    const [first] = await containers.tasksOf(name);
    ecs.faults.kill(first?.taskArn ?? '');
    const replaced = await eventually(async () => {
      const [task] = await containers.tasksOf(name);
      expect(task?.taskArn).not.toBe(first?.taskArn);
      expect(task?.lastStatus).toBe('RUNNING');
      return task;
    });
    await containers.ecs.send(new StopTaskCommand({ cluster: containers.cluster, task: replaced?.taskArn }));
    await eventually(async () => expect(await containers.tasksOf(name, 'STOPPED')).toHaveLength(2));
    const service = await until(name, completed(working, 1));
    expect(service.deployments?.[0]?.failedTasks).toBe(0);
    expect((await containers.tasksOf(name, 'STOPPED')).map(({ stopCode }) => stopCode)).toEqual([
      'EssentialContainerExited',
      'UserInitiated',
    ]);
  });

  test('is never seen to run while every one of its tasks is made to crash', async () => {
    const name = await create(working);
    await until(name, completed(working, 1));
    const end = ecs.faults.crash(name);
    const from = events.length;
    const dead = await eventually(async () => {
      const stopped = await containers.tasksOf(name, 'STOPPED');
      expect(stopped.length).toBeGreaterThanOrEqual(3);
      return stopped;
    });
    const [, ...replacements] = dead.toSorted((one, other) => Number(one.createdAt) - Number(other.createdAt));
    for (const { stopCode, containers: [container] = [] } of replacements) {
      expect([stopCode, container?.exitCode]).toEqual(['EssentialContainerExited', 137]);
    }
    const own = new Set(replacements.map(({ taskArn }) => taskArn));
    const seen = events.slice(from).filter(({ resources }) => own.has(resources[0]));
    expect(seen.map(({ detail }) => detail.lastStatus)).not.toContain('RUNNING');
    end();
    await until(name, completed(working, 1));
  });

  test('replaces a task that fails the health check of its container', async () => {
    const taskDefinition = await containers.define(await containers.image(WORKER), {
      healthCheck: { command: ['CMD', 'node', '-e', 'process.exit(1)'], interval: 5, retries: 1 },
    });
    const name = await create(taskDefinition);
    const stopped = await eventually(async () => {
      const [task] = await containers.tasksOf(name, 'STOPPED');
      expect(task).toBeDefined();
      return task;
    });
    expect(stopped).toMatchObject({
      stopCode: 'ServiceSchedulerInitiated',
      stoppedReason: 'Task failed container health checks',
    });
    expect((await containers.service(name)).deployments?.[0]?.failedTasks).toBeGreaterThan(0);
    await update(name, { desiredCount: 0 });
  });

  test('scales without a new deployment', async () => {
    const name = await create(working);
    const before = await until(name, completed(working, 1));
    await update(name, { desiredCount: 3 });
    const more = await until(name, completed(working, 3));
    expect(more.deployments?.[0]?.id).toBe(before.deployments?.[0]?.id);
    await update(name, { desiredCount: 1 });
    await until(name, completed(working, 1));
    const stopped = await eventually(async () => {
      const tasks = await containers.tasksOf(name, 'STOPPED');
      expect(tasks).toHaveLength(2);
      return tasks;
    });
    expect(stopped[0]).toMatchObject({
      stopCode: 'ServiceSchedulerInitiated',
      stoppedReason: `Scaling activity initiated by (deployment ${before.deployments?.[0]?.id})`,
    });
  });

  test('ends: DRAINING, then INACTIVE, and its cluster after it', async () => {
    const name = await create(working);
    await until(name, completed(working, 1));
    const remove = new DeleteServiceCommand({ cluster: containers.cluster, service: name });
    await expect(containers.ecs.send(remove)).rejects.toThrow('scaled above 0');
    await expect(containers.ecs.send(new DeleteClusterCommand({ cluster: containers.cluster }))).rejects.toMatchObject({
      name: 'ClusterContainsServicesException',
    });
    await update(name, { desiredCount: 0 });
    const { service } = await containers.ecs.send(remove);
    expect(service?.status).toBe('DRAINING');
    await until(name, ({ status, runningCount }) => expect([status, runningCount]).toEqual(['INACTIVE', 0]));
    const { serviceArns } = await containers.ecs.send(new ListServicesCommand({ cluster: containers.cluster }));
    expect(serviceArns).not.toContain(service?.serviceArn);
    await expect(update(name, { desiredCount: 1 })).rejects.toMatchObject({ name: 'ServiceNotActiveException' });
  });

  test('counts in its cluster', async () => {
    const { clusters } = await containers.ecs.send(new DescribeClustersCommand({ clusters: [containers.cluster] }));
    const { serviceArns = [] } = await containers.ecs.send(new ListServicesCommand({ cluster: containers.cluster }));
    expect(clusters?.[0]?.activeServicesCount).toBe(serviceArns.length);
    expect(clusters?.[0]?.runningTasksCount).toBeGreaterThan(0);
  });
});

describe('a deployment', () => {
  test('rolls out beside the old one and takes its place', async () => {
    const name = await create(working, { desiredCount: 2 });
    const before = await until(name, completed(working, 2));
    const next = await containers.define(await containers.image(`${WORKER} // 2`));
    await update(name, { taskDefinition: next });
    const during = await until(name, (service) => expect(service.deployments).toHaveLength(2));
    expect(during.deployments?.map(({ status }) => status)).toEqual(['PRIMARY', 'ACTIVE']);
    expect(during.deployments?.[1]?.id).toBe(before.deployments?.[0]?.id);
    let least = 2;
    await until(name, (service) => {
      least = Math.min(least, service.runningCount ?? 0);
      completed(next, 2)(service);
    });
    expect(least).toBe(2);
  });

  test('starts again when forced, and only then', async () => {
    const name = await create(working);
    const before = await until(name, completed(working, 1));
    await update(name, { taskDefinition: working });
    expect((await containers.service(name)).deployments?.[0]?.id).toBe(before.deployments?.[0]?.id);
    await update(name, { forceNewDeployment: true });
    const after = await until(name, completed(working, 1));
    expect(after.deployments?.[0]?.id).not.toBe(before.deployments?.[0]?.id);
  });

  test('fails at the first one, without anything to go back to', async () => {
    const name = await create(crashing, { deploymentConfiguration: breaker(true) });
    const service = await until(name, ({ deployments }) => expect(deployments?.[0]?.rolloutState).toBe('FAILED'));
    expect(service.deployments?.[0]).toMatchObject({
      status: 'PRIMARY',
      failedTasks: 3,
      rolloutStateReason: 'ECS deployment circuit breaker: tasks failed to start.',
    });
    expect(messages(service)[0]).toBe(
      `(service ${name}) (deployment ${service.deployments?.[0]?.id}) deployment failed: tasks failed to start.`,
    );
    const stopped = await containers.tasksOf(name, 'STOPPED');
    expect(stopped).toHaveLength(3);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(await containers.tasksOf(name, 'STOPPED')).toHaveLength(3);
    const event = events.find(
      ({ resources, detail }) =>
        resources.includes(service.serviceArn ?? '') && detail.eventName === 'SERVICE_DEPLOYMENT_FAILED',
    );
    expect(event?.detail).toMatchObject({ eventType: 'ERROR', deploymentId: service.deployments?.[0]?.id });
  });

  test('rolls back to the last one that was completed', async () => {
    const name = await create(working, { deploymentConfiguration: breaker(true) });
    const before = await until(name, completed(working, 1));
    await update(name, { taskDefinition: crashing });
    await until(name, ({ taskDefinition }) => expect(taskDefinition).toBe(crashing));
    const after = await until(name, completed(working, 1));
    const good = before.deployments?.[0]?.id;
    expect(after.deployments?.[0]?.id).toBe(good);
    expect(messages(after)).toContain(`(service ${name}) rolling back to deployment ${good}.`);
    expect(await containers.tasksOf(name)).toHaveLength(1);

    const list = await containers.ecs.send(
      new ListServiceDeploymentsCommand({ cluster: containers.cluster, service: name }),
    );
    expect(list.serviceDeployments?.map(({ status }) => status)).toEqual(['ROLLBACK_SUCCESSFUL', 'SUCCESSFUL']);
    const { serviceDeployments } = await containers.ecs.send(
      new DescribeServiceDeploymentsCommand({
        serviceDeploymentArns: [list.serviceDeployments?.[0]?.serviceDeploymentArn ?? ''],
      }),
    );
    expect(serviceDeployments?.[0]).toMatchObject({
      deploymentCircuitBreaker: { status: 'TRIGGERED', failureCount: 3, threshold: 3 },
      rollback: { reason: `ECS deployment circuit breaker: rolling back to deploymentId ${good}.` },
    });
  });

  test('stays FAILED when it may not roll back, and the old tasks stay', async () => {
    const name = await create(working, { deploymentConfiguration: breaker(false) });
    await until(name, completed(working, 1));
    await update(name, { taskDefinition: crashing });
    const failed = await until(name, ({ deployments }) => expect(deployments?.[0]?.rolloutState).toBe('FAILED'));
    expect(failed.deployments).toMatchObject([
      { taskDefinition: crashing },
      { taskDefinition: working, runningCount: 1 },
    ]);
    expect(failed.runningCount).toBe(1);
  });

  test('of a crash loop without a circuit breaker goes on, more and more slowly', async () => {
    const name = await create(crashing);
    const service = await until(name, ({ deployments }) =>
      expect(deployments?.[0]?.failedTasks).toBeGreaterThanOrEqual(4),
    );
    expect(service.deployments?.[0]?.rolloutState).toBe('IN_PROGRESS');
    expect(messages(service).join()).toContain('is unable to consistently start tasks successfully');
    const ended = await containers.tasksOf(name, 'STOPPED');
    for (const [index, { stoppingAt }] of ended.slice(0, -1).entries()) {
      const pause = (ended[index + 1]?.createdAt?.getTime() ?? 0) - (stoppingAt?.getTime() ?? 0);
      expect(pause).toBeGreaterThanOrEqual(restartDelayMs(index + 1) - 10);
    }
    await update(name, { taskDefinition: working });
    await until(name, completed(working, 1));
  });
});
