import { readFileSync } from 'node:fs';
import { CreateServiceCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ecsService } from '../../lab/ecs/ecs.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { TestContainers } from '../../lab/test/support/containers.ts';
import { eventually } from '../../lab/test/support/eventually.ts';

let lab: Lab;
let containers: TestContainers;

beforeAll(async () => {
  lab = await startLab({ services: [ecsService] });
  containers = await new TestContainers(lab.context).create();
});

afterAll(() => lab?.stop());

/** Returns the command of the worker's container, as Terraform writes it. */
function workerHealthCommand(): string[] {
  const [, command = '[]'] =
    /healthCheck = \{\s+command\s+= (\[.*\])/.exec(readFileSync('infra/aws-v3/stack/ecs.tf', 'utf8')) ?? [];
  return JSON.parse(command.replace(/\$\{local\.worker_health_port\}/, '8081')) as string[];
}

test.each([
  [200, 'HEALTHY'],
  [503, 'UNHEALTHY'],
])("asks the worker's loop on the task's own loopback: %i is %s", async (status, health) => {
  const program = `
    import { createServer } from 'node:http';
    createServer((_, response) => response.writeHead(${status}).end()).listen(8081, '127.0.0.1');
    process.on('SIGTERM', () => process.exit());`;
  const taskDefinition = await containers.define(await containers.image(program), {
    portMappings: [{ containerPort: 8081 }],
    healthCheck: { command: workerHealthCommand(), interval: 5, retries: 1 },
  });
  const { cluster, networkConfiguration } = containers;
  const service = `worker-${status}`;
  await containers.ecs.send(
    new CreateServiceCommand({
      ...{
        cluster,
        serviceName: service,
        taskDefinition,
        desiredCount: 1,
        launchType: 'FARGATE',
        networkConfiguration,
      },
    }),
  );
  await eventually(async () => {
    const tasks = [...(await containers.tasksOf(service)), ...(await containers.tasksOf(service, 'STOPPED'))];
    expect(tasks.map(({ healthStatus }) => healthStatus)).toContain(health);
  });
  if (health === 'HEALTHY') {
    await eventually(async () => {
      const { runningCount, deployments } = await containers.service(service);
      expect({ runningCount, rollout: deployments?.[0]?.rolloutState }).toEqual({
        runningCount: 1,
        rollout: 'COMPLETED',
      });
    });
  }
  await containers.ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount: 0 }));
});
