import { execFile } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DescribeTasksCommand, ListTasksCommand } from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ecsService, type LabEcs } from '../../ecs/ecs.ts';
import { type Lab, startLab } from '../../lab.ts';
import { findTools, terraformConfiguration } from '../../tools.ts';
import { TestContainers, WORKER } from '../support/containers.ts';

let lab: Lab;
let ecs: LabEcs;
let containers: TestContainers;
let directory: string;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  lab = await startLab({
    services: [
      (context) => {
        ecs = ecsService(context);
        return ecs;
      },
    ],
  });
  containers = await new TestContainers(lab.context).create();
  directory = join(lab.context.directory, 'terraform');
  await cp(join(import.meta.dirname, 'fixtures/ecs-terraform'), directory, { recursive: true });
  const { projectRoot } = lab.context;
  const tools = await findTools(projectRoot);
  environment = {
    ...process.env,
    ...lab.environment,
    TF_CLI_CONFIG_FILE: terraformConfiguration(tools, lab.context.directory, projectRoot),
    TF_IN_AUTOMATION: '1',
    TF_VAR_image: await containers.image(WORKER),
    TF_VAR_subnets: JSON.stringify(containers.subnets),
    TF_VAR_security_group: containers.securityGroup,
  };
});

afterAll(() => lab?.stop());

const terraform = (...args: string[]) =>
  promisify(execFile)('terraform', [...args, '-no-color', '-input=false'], { cwd: directory, env: environment });

test('gives Terraform a service that is steady, that it finds unchanged, and that it can take away', async () => {
  await terraform('init');
  await terraform('apply', '-auto-approve');
  const { taskArns } = await containers.ecs.send(new ListTasksCommand({ cluster: 'terraform', serviceName: 'main' }));
  const { tasks = [] } = await containers.ecs.send(
    new DescribeTasksCommand({ cluster: 'terraform', tasks: taskArns, include: ['TAGS'] }),
  );
  expect(tasks.map(({ lastStatus }) => lastStatus)).toEqual(['RUNNING', 'RUNNING']);
  expect(tasks[0]?.tags).toContainEqual({ key: 'project', value: 'ecs-test' });
  // Exit code 2 would mean changes.
  await terraform('plan', '-detailed-exitcode');
  await terraform('destroy', '-auto-approve');
  expect(new Set(ecs.faults.tasks().map(({ record }) => record.lastStatus))).toEqual(new Set(['STOPPED']));
});
