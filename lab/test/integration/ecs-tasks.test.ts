import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { ListTasksCommand, RunTaskCommand, StopTaskCommand, type Task } from '@aws-sdk/client-ecs';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AwsEvent } from '../../context.ts';
import { ecsService, type LabEcs } from '../../ecs/ecs.ts';
import { type Lab, startLab } from '../../lab.ts';
import { CRASHING, TestContainers, WEB, WORKER } from '../support/containers.ts';
import { eventually } from '../support/eventually.ts';

let lab: Lab;
let ecs: LabEcs;
let containers: TestContainers;

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
});

afterAll(() => lab?.stop());

async function run(taskDefinition: string, more: object = {}): Promise<string> {
  const { tasks } = await containers.ecs.send(
    new RunTaskCommand({
      cluster: containers.cluster,
      taskDefinition,
      launchType: 'FARGATE',
      networkConfiguration: containers.networkConfiguration,
      ...more,
    }),
  );
  return tasks?.[0]?.taskArn ?? '';
}

async function until(arn: string, lastStatus: string): Promise<Task> {
  await eventually(async () => expect((await containers.task(arn)).lastStatus).toBe(lastStatus));
  return containers.task(arn);
}

describe('a task', () => {
  test('runs the command of its image in its environment', async () => {
    const secret = await new SecretsManagerClient(lab.context.client).send(
      new CreateSecretCommand({ Name: 'db', SecretString: JSON.stringify({ username: 'u', password: 'p:w' }) }),
    );
    await new SSMClient(lab.context.client).send(
      new PutParameterCommand({ Name: '/a/b', Value: 'pv', Type: 'String' }),
    );
    const parameter = `arn:aws:ssm:${lab.context.region}:${lab.context.accountId}:parameter/a/b`;
    const definition = await containers.define(await containers.image(WEB), {
      environment: [{ name: 'WHO', value: 'main' }],
      secrets: [
        { name: 'DB_PASSWORD', valueFrom: `${secret.ARN}:password::` },
        { name: 'WHOLE', valueFrom: secret.ARN ?? '' },
        { name: 'PARAMETER', valueFrom: parameter },
      ],
    });
    const arn = await run(definition);
    const task = await until(arn, 'RUNNING');

    const container = task.containers?.[0];
    const address = container?.networkInterfaces?.[0]?.privateIpv4Address ?? '';
    expect(address).toMatch(/^10\.42\.[01]\./);
    expect(task.attachments?.[0]?.details).toContainEqual({ name: 'privateIPv4Address', value: address });
    expect(container?.imageDigest).toMatch(/^sha256:/);
    expect(task.pullStartedAt?.getTime()).toBeLessThanOrEqual(task.startedAt?.getTime() ?? 0);

    const port = lab.context.dns.localPort(address, 8080);
    const body = await eventually(async () => (await fetch(`http://127.0.0.1:${port}/x`)).json());
    const { env } = body as { env: Record<string, string> };
    expect(env).toMatchObject({ FROM_IMAGE: 'yes', WHO: 'main', DB_PASSWORD: 'p:w', PARAMETER: 'pv' });
    expect(JSON.parse(env.WHOLE ?? '')).toEqual({ username: 'u', password: 'p:w' });
    expect(lab.context.credentials.sessionOf(env.AWS_ACCESS_KEY_ID ?? '')?.role).toBe(containers.taskRoleArn);
    expect(env.AWS_ENDPOINT_URL).toBe(lab.endpoint);
    const metadata = (await (await fetch(`${env.ECS_CONTAINER_METADATA_URI_V4}/task`)).json()) as object;
    expect(metadata).toMatchObject({ TaskARN: arn, KnownStatus: 'RUNNING' });

    await containers.ecs.send(new StopTaskCommand({ cluster: containers.cluster, task: arn, reason: 'enough' }));
    const stopped = await until(arn, 'STOPPED');
    expect(stopped).toMatchObject({ stopCode: 'UserInitiated', stoppedReason: 'enough', desiredStatus: 'STOPPED' });
    expect(stopped.containers?.[0]).toMatchObject({ exitCode: 0, lastStatus: 'STOPPED' });
    const logs = await new CloudWatchLogsClient(lab.context.client).send(
      new GetLogEventsCommand({
        logGroupName: containers.logGroup,
        logStreamName: `test/main/${arn.split('/').at(-1)}`,
        startFromHead: true,
      }),
    );
    expect(logs.events?.map(({ message }) => message)).toEqual(['listening on 8080', 'SIGTERM']);
    expect(lab.context.dns.localPort(address, 8080)).toBeUndefined();
  });

  test('stops with its exit code when its essential container exits, and tells the event bus', async () => {
    const events: AwsEvent[] = [];
    lab.context.events.on('event', (event) => events.push(event));
    const arn = await run(await containers.define(await containers.image(CRASHING)));
    const task = await until(arn, 'STOPPED');
    expect(task).toMatchObject({
      stopCode: 'EssentialContainerExited',
      stoppedReason: 'Essential container in task exited',
    });
    expect(task.containers?.[0]?.exitCode).toBe(3);
    const statuses = events.filter(({ resources }) => resources.includes(arn)).map(({ detail }) => detail.lastStatus);
    expect([...new Set(statuses)]).toEqual(
      expect.arrayContaining(['PROVISIONING', 'PENDING', 'STOPPING', 'DEPROVISIONING', 'STOPPED']),
    );
  });

  test.each<[string, 'ARM64' | 'X86_64' | undefined, boolean]>([
    ['linux/arm64', 'ARM64', true],
    ['linux/amd64', 'X86_64', true],
    ['linux/amd64', undefined, true],
    ['linux/amd64', 'ARM64', false],
    ['linux/arm64', 'X86_64', false],
    ['linux/arm64', undefined, false],
  ])('of an image for %s on %s runs: %j', async (platform, cpuArchitecture, runs) => {
    const image = await containers.image(`${CRASHING}// ${platform} ${cpuArchitecture}`, platform);
    const runtimePlatform = cpuArchitecture && { operatingSystemFamily: 'LINUX' as const, cpuArchitecture };
    const arn = await run(await containers.define(image, {}, { runtimePlatform }));
    const task = await until(arn, 'STOPPED');
    expect(task.stoppedReason).toBe('Essential container in task exited');
    // CRASHING exits with 3, if it runs.
    expect(task.containers?.[0]?.exitCode).toBe(runs ? 3 : 1);
    const logs = await new CloudWatchLogsClient(lab.context.client).send(
      new GetLogEventsCommand({
        logGroupName: containers.logGroup,
        logStreamName: `test/main/${arn.split('/').at(-1)}`,
        startFromHead: true,
      }),
    );
    const lines = logs.events?.map(({ message }) => message);
    if (runs) expect(lines).not.toContain('exec node: exec format error');
    else expect(lines).toEqual(['exec node: exec format error']);
  });

  test('shows a kill as 137', async () => {
    const arn = await run(await containers.define(await containers.image(WORKER)));
    await until(arn, 'RUNNING');
    ecs.faults.kill(arn);
    expect((await until(arn, 'STOPPED')).containers?.[0]?.exitCode).toBe(137);
  });

  test('is overridden by the caller', async () => {
    const definition = await containers.define(await containers.image(WORKER));
    const arn = await run(definition, {
      overrides: { containerOverrides: [{ name: 'main', command: ['node', '-e', 'process.exit(7)'] }] },
    });
    expect((await until(arn, 'STOPPED')).containers?.[0]?.exitCode).toBe(7);
  });

  test('is as healthy as its container says', async () => {
    const slow = `import { writeFileSync } from 'node:fs'; setTimeout(() => writeFileSync('ok', ''), 700); setInterval(() => {}, 1000);`;
    const check = (file: string, more = {}) => ({
      command: ['CMD-SHELL', `test -f ${file}`],
      interval: 5,
      retries: 1,
      ...more,
    });
    const image = await containers.image(slow);
    const good = await run(await containers.define(image, { healthCheck: check('ok', { startPeriod: 30 }) }));
    const bad = await run(await containers.define(image, { healthCheck: check('never') }));
    await eventually(async () => {
      expect(await containers.task(good)).toMatchObject({ healthStatus: 'HEALTHY', lastStatus: 'RUNNING' });
      expect(await containers.task(bad)).toMatchObject({ healthStatus: 'UNHEALTHY', lastStatus: 'RUNNING' });
    });
  });

  test('is killed when it ignores SIGTERM for longer than its stop timeout', async () => {
    const unstoppable = `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('unstoppable');`;
    const arn = await run(await containers.define(await containers.image(unstoppable), { stopTimeout: 1 }));
    await until(arn, 'RUNNING');
    await new Promise((resolve) => setTimeout(resolve, 500));
    await containers.ecs.send(new StopTaskCommand({ cluster: containers.cluster, task: arn }));
    expect((await until(arn, 'STOPPED')).containers?.[0]?.exitCode).toBe(137);
  });
});

describe('a task that cannot start', () => {
  test.each([
    [
      'an image that is missing',
      async () => containers.define(`${containers.registry}/test:nowhere`),
      /^CannotPullContainerError: .*\/test:nowhere: not found$/,
    ],
    [
      'a log group that is missing',
      async () =>
        containers.define(await containers.image(WORKER), {
          logConfiguration: {
            logDriver: 'awslogs',
            options: { 'awslogs-group': '/not/there', 'awslogs-region': 'eu-west-1', 'awslogs-stream-prefix': 'x' },
          },
        }),
      /^ResourceInitializationError: failed to validate logger args: .*ResourceNotFoundException: The specified log group does not exist/,
    ],
    [
      'a secret that is missing',
      async () =>
        containers.define(await containers.image(WORKER), {
          secrets: [{ name: 'X', valueFrom: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:gone-AbCdEf' }],
        }),
      /^ResourceInitializationError: unable to pull secrets or registry auth: .*ResourceNotFoundException/,
    ],
    [
      'a command that is missing',
      async () => containers.define(await containers.image(WORKER), { command: ['no-such-program'] }),
      /^CannotStartContainerError: .*executable file not found in \$PATH/,
    ],
  ])('says so: %s', async (_what, define, reason) => {
    const arn = await run(await define());
    const task = await until(arn, 'STOPPED');
    expect(task.stopCode).toBe('TaskFailedToStart');
    expect(task.stoppedReason).toMatch(reason);
    expect(task.containers?.[0]?.reason).toBe(task.stoppedReason);
    expect(task.startedAt).toBeUndefined();
  });
});

describe('ListTasks and DescribeTasks', () => {
  test('filter, page and report what is missing', async () => {
    const definition = await containers.define(await containers.image(WORKER));
    const arns = [await run(definition), await run(definition), await run(definition)];
    for (const arn of arns) await until(arn, 'RUNNING');
    const family = definition.split('/').at(-1)?.split(':')[0];
    const list = (more: object) =>
      containers.ecs.send(new ListTasksCommand({ cluster: containers.cluster, family, ...more }));
    const first = await list({ maxResults: 2 });
    const second = await list({ maxResults: 2, nextToken: first.nextToken });
    expect([...(first.taskArns ?? []), ...(second.taskArns ?? [])]).toEqual(arns);
    expect(second.nextToken).toBeUndefined();
    await containers.ecs.send(new StopTaskCommand({ cluster: containers.cluster, task: arns[0] }));
    expect((await list({ desiredStatus: 'STOPPED' })).taskArns).toEqual([arns[0]]);
    await expect(containers.task('0123456789abcdef0123456789abcdef')).rejects.toThrow('no task');
    await expect(list({ serviceName: 'nowhere' })).rejects.toMatchObject({ name: 'ServiceNotFoundException' });
    await expect(list({ cluster: 'other' })).rejects.toMatchObject({ name: 'ClusterNotFoundException' });
  });
});
