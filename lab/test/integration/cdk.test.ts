import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { BatchGetProjectsCommand, CodeBuildClient } from '@aws-sdk/client-codebuild';
import { GetFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  ListStateMachinesCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { bootstrap, deploy, destroy } from '../../cdk.ts';
import { type Lab, startLab } from '../../lab.ts';
import { PATIENCE_MS } from '../support/patience.ts';
import { synthesize } from './fixtures/cdk-app/app.ts';
import { emptyBucket } from './fixtures/empty-bucket.ts';

const work = mkdtempSync(join(tmpdir(), 'cdk-test-'));
const assembly = (name: string, options: Parameters<typeof synthesize>[1]) => synthesize(join(work, name), options);

let lab: Lab;
let cloudformation: CloudFormationClient;
let lambda: LambdaClient;

beforeAll(async () => {
  // The template is broken on purpose; a validation would only report that, slowly.
  vi.stubEnv('CDK_VALIDATION', 'false');
  lab = await startLab();
  cloudformation = new CloudFormationClient(lab.context.client);
  lambda = new LambdaClient(lab.context.client);
  await bootstrap(lab.context);
});

afterAll(async () => {
  await lab?.stop();
  rmSync(work, { recursive: true, force: true });
});

async function stack() {
  const { Stacks = [] } = await cloudformation.send(new DescribeStacksCommand({ StackName: 'Fixture' }));
  return Stacks[0];
}

async function physicalIds() {
  const answer = await cloudformation.send(new DescribeStackResourcesCommand({ StackName: 'Fixture' }));
  const resources = answer.StackResources ?? [];
  return Object.fromEntries(resources.map((r) => [r.LogicalResourceId, r.PhysicalResourceId]));
}

async function output(key: string) {
  return (await stack())?.Outputs?.find((o) => o.OutputKey === key)?.OutputValue;
}

/** The tests are one stack's whole life, in order. */
describe('the real CDK CLI', () => {
  let deployed: Record<string, string | undefined>;

  test('deploys', async () => {
    await deploy(lab.context, { app: assembly('first', { memorySize: 128 }) });
    expect((await stack())?.StackStatus).toBe('CREATE_COMPLETE');
    deployed = await physicalIds();
  });

  test('gives a bucket what its template says, and TLS-only policies do not shut it', async () => {
    const s3 = new S3Client({ ...lab.context.client, forcePathStyle: true });
    const Bucket = await output('BucketName');
    expect(await s3.send(new GetBucketVersioningCommand({ Bucket }))).toMatchObject({ Status: 'Enabled' });
    const { PublicAccessBlockConfiguration } = await s3.send(new GetPublicAccessBlockCommand({ Bucket }));
    expect(PublicAccessBlockConfiguration).toMatchObject({ BlockPublicPolicy: true });
    await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'b' }));
  });

  test('gives a function its code, to be fetched by whoever runs it', async () => {
    const { Code, Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName: 'fixture-greeter' }));
    expect(Configuration).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], MemorySize: 128 });
    expect(Configuration?.Environment?.Variables).toMatchObject({
      TABLE: 'fixture',
      BUCKET: await output('BucketName'),
    });
    const zip = Buffer.from(await (await fetch(Code?.Location ?? '')).arrayBuffer());
    expect(zip.subarray(0, 2).toString()).toBe('PK');
    expect(zip.includes('index.mjs')).toBe(true);
  });

  test('creates a state machine with its substitutions applied and its logging on', async () => {
    const states = new SFNClient(lab.context.client);
    const stateMachineArn = await output('MachineArn');
    const machine = await states.send(new DescribeStateMachineCommand({ stateMachineArn }));
    expect(machine.name).toBe('fixture-machine');
    expect(machine.definition).toContain('function:fixture-greeter');
    expect(machine.definition).not.toContain('${');
    expect(machine.loggingConfiguration).toMatchObject({ level: 'ALL' });
    expect(machine.tracingConfiguration).toMatchObject({ enabled: true });
  });

  test('runs what it deployed', async () => {
    const states = new SFNClient(lab.context.client);
    const stateMachineArn = await output('MachineArn');
    const { executionArn } = await states.send(
      new StartExecutionCommand({ stateMachineArn, input: JSON.stringify({ name: 'lab' }) }),
    );
    const outcome = () => states.send(new DescribeExecutionCommand({ executionArn }));
    await expect.poll(async () => (await outcome()).status, { timeout: PATIENCE_MS }).toBe('SUCCEEDED');
    expect(JSON.parse((await outcome()).output ?? '')).toEqual({ greeting: 'hello lab' });
  });

  test('creates what moto has no template type for', async () => {
    const schedule = await new SchedulerClient(lab.context.client).send(
      new GetScheduleCommand({ GroupName: 'fixture', Name: 'fixture-nightly' }),
    );
    expect(schedule.Target).toMatchObject({ Arn: await output('MachineArn') });
    const { projects } = await new CodeBuildClient(lab.context.client).send(
      new BatchGetProjectsCommand({ names: ['fixture-build'] }),
    );
    expect(projects?.[0]?.source?.buildspec).toContain('0.2');
    expect(projects?.[0]?.environment?.environmentVariables).toContainEqual({
      name: 'TABLE',
      value: 'fixture',
      type: 'PLAINTEXT',
    });
  });

  test('updates in place', async () => {
    await deploy(lab.context, { app: assembly('second', { memorySize: 256 }) });
    const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName: 'fixture-greeter' }));
    expect(Configuration?.MemorySize).toBe(256);
    expect(await physicalIds()).toEqual(deployed);
    expect((await stack())?.StackStatus).toBe('UPDATE_COMPLETE');
  });

  test('rolls an update back when a resource fails, and says which', async () => {
    const broken = deploy(lab.context, { app: assembly('broken', { memorySize: 512, broken: true }) });
    await expect(broken).rejects.toThrow(/AWS::Lab::NoSuchType/);
    expect((await stack())?.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName: 'fixture-greeter' }));
    expect(Configuration?.MemorySize).toBe(256);
    expect(await physicalIds()).toEqual(deployed);
  });

  test('does not delete a bucket that holds objects, and says so', async () => {
    const s3 = new S3Client({ ...lab.context.client, forcePathStyle: true });
    const scratch = await output('ScratchName');
    await s3.send(new PutObjectCommand({ Bucket: scratch, Key: 'a', Body: 'b' }));
    await expect(destroy(lab.context, { app: join(work, 'second') })).rejects.toThrow(/BucketNotEmpty|not empty/);
    // The custom resource deletes its own objects, and it deleted this one.
    const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
    expect(Buckets.map((bucket) => bucket.Name)).not.toContain(scratch);
    expect((await stack())?.StackStatus).toBe('DELETE_FAILED');
  });

  test('destroys', async () => {
    const s3 = new S3Client({ ...lab.context.client, forcePathStyle: true });
    const Bucket = await output('BucketName');
    await emptyBucket(s3, Bucket ?? '');
    await destroy(lab.context, { app: join(work, 'second') });
    await expect(stack()).rejects.toThrow(/does not exist/);
    expect((await s3.send(new ListBucketsCommand({}))).Buckets?.map((b) => b.Name)).toEqual([
      expect.stringContaining('cdk-hnb659fds-assets'),
    ]);
    const machines = await new SFNClient(lab.context.client).send(new ListStateMachinesCommand({}));
    expect(machines.stateMachines).toEqual([]);
  });
});
