import { execFile } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CodeBuildClient, CreateProjectCommand } from '@aws-sdk/client-codebuild';
import { CreateClusterCommand, ECSClient, RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { afterEach, expect, test } from 'vitest';
import type { ClientConfig } from '../../context.ts';
import { ecsService } from '../../ecs/ecs.ts';
import { FreshAccount } from '../../iam/fresh-account.ts';
import { type Lab, startLab } from '../../lab.ts';
import { findTools, terraformConfiguration } from '../../tools.ts';
import { zip } from '../support/zip.ts';

/** In this account, a role, a service-linked role and a bucket's name have just been created or deleted. */

const ROLE = 'arn:aws:iam::123456789012:role/new';
const CreateBucketConfiguration = { LocationConstraint: 'eu-west-1' as const };
let lab: Lab;
let fresh: FreshAccount;
let now = 0;
afterEach(() => lab?.stop());

async function open(settleMs: number, clock: () => number) {
  lab = await startLab({
    services: [
      (context) => {
        fresh = new FreshAccount(context, { settleMs, now: clock });
        return fresh;
      },
      (context) => ecsService(context),
    ],
  });
  return { ...lab.context.client, maxAttempts: 1 };
}

const uses: [string, (client: ClientConfig) => Promise<unknown>, string][] = [
  [
    'a task definition',
    (client) =>
      new ECSClient(client).send(
        new RegisterTaskDefinitionCommand({
          ...{ family: 'f', taskRoleArn: ROLE, networkMode: 'awsvpc', cpu: '256', memory: '512' },
          requiresCompatibilities: ['FARGATE'],
          containerDefinitions: [{ name: 'c', image: 'i', memory: 512 }],
        }),
      ),
    `is not authorized to perform: iam:PassRole on resource: ${ROLE}`,
  ],
  [
    'a function',
    (client) =>
      new LambdaClient(client).send(
        new CreateFunctionCommand({
          ...{ FunctionName: 'f', Role: ROLE, Handler: 'index.handler', Runtime: 'nodejs24.x' },
          Code: { ZipFile: zip({ 'index.js': '' }) },
        }),
      ),
    'The role defined for the function cannot be assumed by Lambda.',
  ],
  [
    'a schedule',
    (client) =>
      new SchedulerClient(client).send(
        new CreateScheduleCommand({
          ...{ Name: 's', ScheduleExpression: 'at(2030-01-01T00:00:00)', FlexibleTimeWindow: { Mode: 'OFF' } },
          Target: { Arn: 'arn:aws:sqs:eu-west-1:123456789012:q', RoleArn: ROLE },
        }),
      ),
    'must allow AWS EventBridge Scheduler to assume the role',
  ],
  [
    'a project',
    (client) =>
      new CodeBuildClient(client).send(
        new CreateProjectCommand({
          ...{
            name: 'project',
            serviceRole: ROLE,
            source: { type: 'NO_SOURCE', buildspec: 'version: 0.2', location: 'none' },
          },
          artifacts: { type: 'NO_ARTIFACTS' },
          environment: {
            type: 'LINUX_CONTAINER',
            image: 'aws/codebuild/standard:7.0',
            computeType: 'BUILD_GENERAL1_SMALL',
          },
        }),
      ),
    'CodeBuild is not authorized to perform: sts:AssumeRole on service role',
  ],
  [
    'the first cluster',
    (client) => new ECSClient(client).send(new CreateClusterCommand({ clusterName: 'c' })),
    'Unable to assume the service linked role',
  ],
  [
    'a bucket of a name that was just deleted',
    (client) =>
      new S3Client({ ...client, forcePathStyle: true }).send(
        new CreateBucketCommand({ Bucket: 'again', CreateBucketConfiguration }),
      ),
    'A conflicting conditional operation is currently in progress',
  ],
];

test('what is new is refused at first, in the words of each service, and taken once it is known', async () => {
  now = 0;
  const client = await open(10_000, () => now);
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'again', CreateBucketConfiguration }));
  const inside = { Bucket: 'again', Key: 'k' };
  // Neither call is about the name of the bucket.
  await s3.send(new PutObjectCommand({ ...inside, Body: '' }));
  await s3.send(new DeleteObjectCommand(inside));
  await s3.send(new DeleteBucketCommand({ Bucket: 'again' }));
  const AssumeRolePolicyDocument = '{"Version":"2012-10-17","Statement":[]}';
  await new IAMClient(client).send(new CreateRoleCommand({ RoleName: 'new', AssumeRolePolicyDocument }));
  for (const [what, use, message] of uses) await expect(use(client), what).rejects.toThrow(message);
  now = 10_000;
  for (const [what, use] of uses) await expect(use(client), what).resolves.toBeDefined();
  expect(fresh.refusals).toHaveLength(uses.length);
});

test('Terraform’s provider waits for the first cluster’s role and for the name of a bucket', async () => {
  // Nothing settles before a call of each kind has been refused, however fast Terraform is.
  const client = await open(1, () => (new Set(fresh.refusals).size < 2 ? 0 : 1));
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'again', CreateBucketConfiguration }));
  const directory = join(lab.context.directory, 'terraform');
  await cp(join(import.meta.dirname, 'fixtures/fresh-account'), directory, { recursive: true });
  const { projectRoot } = lab.context;
  const env = {
    ...process.env,
    ...lab.environment,
    TF_CLI_CONFIG_FILE: terraformConfiguration(await findTools(projectRoot), lab.context.directory, projectRoot),
    TF_VAR_bucket: 'again',
  };
  const terraform = (...args: string[]) =>
    promisify(execFile)('terraform', [...args, '-no-color', '-input=false'], { cwd: directory, env });
  await terraform('init');
  await s3.send(new DeleteBucketCommand({ Bucket: 'again' }));
  await terraform('apply', '-auto-approve');
  expect(new Set(fresh.refusals)).toEqual(new Set(['ecs:CreateCluster', 's3:CreateBucket']));
});
