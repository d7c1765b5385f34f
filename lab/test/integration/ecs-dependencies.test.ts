import { type ContainerDefinition, RunTaskCommand, StopTaskCommand, type Task } from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ecsService } from '../../ecs/ecs.ts';
import { type Lab, startLab } from '../../lab.ts';
import { TestContainers, WORKER } from '../support/containers.ts';
import { eventually } from '../support/eventually.ts';

let lab: Lab;
let containers: TestContainers;

beforeAll(async () => {
  lab = await startLab({ services: [ecsService] });
  containers = await new TestContainers(lab.context).create();
});
afterAll(() => lab?.stop());

async function run(taskDefinition: string): Promise<string> {
  const { cluster, networkConfiguration } = containers;
  const { tasks } = await containers.ecs.send(
    new RunTaskCommand({ cluster, taskDefinition, launchType: 'FARGATE', networkConfiguration }),
  );
  return tasks?.[0]?.taskArn ?? '';
}

async function until(arn: string, lastStatus: string): Promise<Task> {
  await eventually(async () => expect((await containers.task(arn)).lastStatus).toBe(lastStatus));
  return containers.task(arn);
}

const of = (task: Task, name: string) => task.containers?.find((container) => container.name === name);
/** Returns a container that runs before the essential container, for as long as the script takes. */
async function first(script: string): Promise<ContainerDefinition> {
  const image = await containers.image(WORKER);
  return { name: 'first', image, essential: false, command: ['node', '-e', script] };
}
const once = (condition: 'COMPLETE' | 'SUCCESS') => ({ dependsOn: [{ containerName: 'first', condition }] });

describe('a container that depends on the exit of another', () => {
  test('starts after it, and the task stays', async () => {
    const slow = await first('setTimeout(() => {}, 700)');
    const arn = await run(await containers.define(await containers.image(WORKER), once('SUCCESS'), {}, [slow]));
    await eventually(async () => expect(of(await containers.task(arn), 'first')?.lastStatus).toBe('RUNNING'));
    expect(of(await containers.task(arn), 'main')?.lastStatus).toBe('PENDING');
    const task = await until(arn, 'RUNNING');
    expect(of(task, 'first')).toMatchObject({ lastStatus: 'STOPPED', exitCode: 0 });
    expect(of(task, 'main')?.lastStatus).toBe('RUNNING');
  });

  test('does not start when the other fails', async () => {
    const failing = await first('process.exit(4)');
    const arn = await run(await containers.define(await containers.image(WORKER), once('SUCCESS'), {}, [failing]));
    const task = await until(arn, 'STOPPED');
    expect(task).toMatchObject({ stopCode: 'TaskFailedToStart', stoppedReason: 'Task failed to start' });
    expect(of(task, 'first')?.exitCode).toBe(4);
    expect(of(task, 'main')?.reason).toMatch(/\[first\] for target \[main\] as dependency did not exit successfully/);
    expect(of(task, 'main')?.runtimeId).toBeUndefined();
  });

  test('starts all the same when it wants the exit alone', async () => {
    const failing = await first('process.exit(4)');
    const arn = await run(await containers.define(await containers.image(WORKER), once('COMPLETE'), {}, [failing]));
    expect(of(await until(arn, 'RUNNING'), 'first')?.exitCode).toBe(4);
  });

  test('does not keep the task from being stopped', async () => {
    const endless = await first('setInterval(() => {}, 1000)');
    const arn = await run(await containers.define(await containers.image(WORKER), once('SUCCESS'), {}, [endless]));
    await eventually(async () => expect(of(await containers.task(arn), 'first')?.lastStatus).toBe('RUNNING'));
    await containers.ecs.send(new StopTaskCommand({ cluster: containers.cluster, task: arn }));
    expect(of(await until(arn, 'STOPPED'), 'main')?.runtimeId).toBeUndefined();
  });
});

describe('a task definition is refused', () => {
  const other = { name: 'first', image: 'x', essential: false } satisfies ContainerDefinition;
  test.each<[string, Partial<ContainerDefinition>, ContainerDefinition, RegExp]>([
    ['without an essential container', { essential: false }, other, /must be essential/],
    ['with a dependency on nothing', once('SUCCESS'), { ...other, name: 'second' }, /not in the task definition/],
    ['that waits for the exit of an essential one', once('SUCCESS'), { ...other, essential: true }, /is essential/],
    [
      'that waits for the health of one without a check',
      { dependsOn: [{ containerName: 'first', condition: 'HEALTHY' }] },
      other,
      /no health check/,
    ],
    [
      'with a cycle',
      once('SUCCESS'),
      { ...other, dependsOn: [{ containerName: 'main', condition: 'START' }] },
      /form a cycle/,
    ],
    ['whose containers have more memory than the task', { memory: 300 }, { ...other, memory: 300 }, /more memory/],
    ['whose containers have more CPU than the task', { cpu: 200 }, { ...other, cpu: 100 }, /more CPU/],
  ])('%s', async (_what, main, second, message) => {
    await expect(containers.define('x', main, {}, [second])).rejects.toThrow(message);
  });
});
