import { CreateServiceCommand, type Service, type Task, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { ModifyTargetGroupAttributesCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ecsService } from '../../ecs/ecs.ts';
import { Elb } from '../../elb/elb.ts';
import { type Lab, startLab } from '../../lab.ts';
import { TestContainers, WEB } from '../support/containers.ts';
import { eventually } from '../support/eventually.ts';
import { forwardTo, TestLoadBalancers } from '../support/load-balancers.ts';

let lab: Lab;
let containers: TestContainers;
let elb: TestLoadBalancers;
let image: string;

beforeAll(async () => {
  lab = await startLab({ services: [(context) => new Elb(context, { timeScale: 0.1 }), ecsService] });
  containers = await new TestContainers(lab.context).create();
  elb = new TestLoadBalancers(lab.context, containers);
  image = await containers.image(WEB);
});

afterAll(() => lab?.stop());

const define = (environment: Record<string, string>) =>
  containers.define(image, { environment: Object.entries(environment).map(([name, value]) => ({ name, value })) });

let count = 0;

/** Creates a service behind a load balancer. */
async function create(taskDefinition: string, more: object = {}) {
  const serviceName = `web-${++count}`;
  const targetGroupArn = await elb.targetGroup();
  await elb.client.send(
    new ModifyTargetGroupAttributesCommand({
      TargetGroupArn: targetGroupArn,
      Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '5' }],
    }),
  );
  const { dnsName } = await elb.loadBalancer(forwardTo(targetGroupArn));
  await containers.ecs.send(
    new CreateServiceCommand({
      cluster: containers.cluster,
      serviceName,
      taskDefinition,
      desiredCount: 1,
      launchType: 'FARGATE',
      networkConfiguration: containers.networkConfiguration,
      loadBalancers: [{ targetGroupArn, containerName: 'main', containerPort: 8080 }],
      // A busy machine may need long to start a process.
      healthCheckGracePeriodSeconds: 30,
      deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
      ...more,
    }),
  );
  return { name: serviceName, targetGroupArn, url: `http://127.0.0.1:${lab.context.dns.get(dnsName)?.ports[80]}` };
}

async function until(name: string, check: (service: Service) => void): Promise<Service> {
  return eventually(async () => {
    const service = await containers.service(name);
    check(service);
    return service;
  });
}

const completed = (taskDefinition: string) => (service: Service) =>
  expect(service).toMatchObject({ deployments: [{ rolloutState: 'COMPLETED', taskDefinition }] });

const addressOf = (task: Task | undefined) => task?.containers?.[0]?.networkInterfaces?.[0]?.privateIpv4Address;
const messages = ({ events = [] }: Service) => events.map(({ message }) => message);

describe('a service behind a load balancer', () => {
  test('is steady when its tasks are healthy targets', async () => {
    const taskDefinition = await define({ WHO: 'one' });
    const { name, targetGroupArn, url } = await create(taskDefinition);
    const service = await until(name, completed(taskDefinition));
    const [task] = await containers.tasksOf(name);
    expect(await elb.health(targetGroupArn)).toEqual({ [`${addressOf(task)}:8080`]: 'healthy' });
    expect(messages(service)).toContain(`(service ${name}) registered 1 targets in (target-group ${targetGroupArn})`);
    const response = await fetch(`${url}/orders`);
    expect([response.status, response.headers.get('x-who')]).toEqual([200, 'one']);
  });

  test('is replaced without losing a request', async () => {
    const [one, two] = [await define({ WHO: 'one' }), await define({ WHO: 'two' })];
    const { name, targetGroupArn, url } = await create(one, { desiredCount: 2 });
    await until(name, completed(one));
    const seen: string[] = [];
    let going = true;
    const traffic = (async () => {
      while (going) {
        const response = await fetch(`${url}/`);
        await response.arrayBuffer();
        seen.push(`${response.status} ${response.headers.get('x-who')}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    await containers.ecs.send(
      new UpdateServiceCommand({ cluster: containers.cluster, service: name, taskDefinition: two }),
    );
    const service = await until(name, completed(two));
    going = false;
    await traffic;
    expect(new Set(seen)).toEqual(new Set(['200 one', '200 two']));
    const old = service.events?.find(({ message }) => message?.includes('has begun draining connections'));
    expect(old?.message).toMatch(/^\(service web-\d+, taskSet ecs-svc\/\d{19}\) has begun draining/);
    expect(Object.values(await elb.health(targetGroupArn))).toEqual(['healthy', 'healthy']);
  });

  test('fails and rolls back when new tasks never become healthy', async () => {
    const [good, bad] = [await define({ WHO: 'good' }), await define({ HEALTH: '500' })];
    const { name, targetGroupArn, url } = await create(good);
    await until(name, completed(good));
    await containers.ecs.send(
      new UpdateServiceCommand({
        cluster: containers.cluster,
        service: name,
        taskDefinition: bad,
        healthCheckGracePeriodSeconds: 0,
      }),
    );
    await until(name, ({ taskDefinition }) => expect(taskDefinition).toBe(bad));
    const service = await until(name, completed(good));
    expect((await fetch(url)).headers.get('x-who')).toBe('good');
    const failed = await eventually(async () => {
      const tasks = await containers.tasksOf(name, 'STOPPED');
      expect(tasks).toHaveLength(3);
      return tasks;
    });
    expect(failed[0]).toMatchObject({
      stopCode: 'ServiceSchedulerInitiated',
      stoppedReason: `Task failed ELB health checks in (target-group ${targetGroupArn})`,
    });
    expect(messages(service)).toContain(
      `(service ${name}) (port 8080) is unhealthy in (target-group ${targetGroupArn}) due to (reason Health checks failed with these codes: [500]).`,
    );
  });

  test('leaves a task alone during its grace period', async () => {
    const { name } = await create(await define({ HEALTH: '500' }), { healthCheckGracePeriodSeconds: 60 });
    await until(name, (service) => expect(messages(service).join()).toContain('is unhealthy in'));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const service = await containers.service(name);
    expect(service).toMatchObject({ runningCount: 1, deployments: [{ rolloutState: 'IN_PROGRESS', failedTasks: 0 }] });
  });

  test('needs a target group that a load balancer uses', async () => {
    const targetGroupArn = await elb.targetGroup();
    await expect(
      create(await define({}), { loadBalancers: [{ targetGroupArn, containerName: 'main', containerPort: 8080 }] }),
    ).rejects.toThrow('does not have an associated load balancer');
  });
});
