import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import {
  CodeBuildClient,
  CreateProjectCommand,
  type CreateProjectCommandInput,
  ListBuildsForProjectCommand,
} from '@aws-sdk/client-codebuild';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import web from '../../examples/web-service/runbook.config.ts';
import { codebuildService } from '../../lab/codebuild/codebuild.ts';
import { Authorizer } from '../../lab/iam/authorizer.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { zip } from '../../lab/test/support/zip.ts';
import { CheckProjects } from '../../lib/builds/check-projects.ts';
import { settingsOf } from '../../lib/config/build-checks.ts';
import { parseConfig, type RunbookConfig } from '../../lib/config/config.ts';
import { checkFunctionGrants } from '../../lib/iam/build-check-grants.ts';
import { document } from '../../lib/iam/role.ts';
import { ACCOUNT, aRecord, aRequest, arnOf, outputs } from '../unit/lambdas/support/fixtures.ts';

/**
 * The check of the example runs as it is deployed: the project, the role of the build and the role of the function are
 * those of the template, and the function is the handler.
 */

type BuildCheck = NonNullable<RunbookConfig['stack']['buildChecks']>[number];
const ROOT = resolve(import.meta.dirname, '../..');
const CONTROL = 'control';
const smoke = web.stack.buildChecks[0] as BuildCheck & { run: { folder: string } };
const image = { image: `public.ecr.aws/x/y@sha256:${'0'.repeat(64)}`, command: 'true' };
const checks: BuildCheck[] = [
  smoke,
  { ...smoke, name: 'no-results', results: { format: 'junit', file: 'other.xml' } },
  { ...smoke, name: 'exit-code', results: undefined },
  {
    ...smoke,
    name: 'secret',
    variables: { ...smoke.variables, TOKEN: { secret: { ssm: '/web/{environment}/token' } } },
  },
  { name: 'oci', run: image },
];
const config = parseConfig({ ...web, stack: { ...web.stack, buildChecks: checks } });

const before = { ...process.env };
let lab: Lab;
let server: Server;
/** The status with which the environment answers. */
let status = 200;

beforeAll(async () => {
  lab = await startLab({ services: [(context) => new Authorizer(context), (context) => codebuildService(context)] });
  Object.assign(process.env, lab.environment, {
    WAIT_SECONDS: '0',
    CONTROL_BUCKET: CONTROL,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  });
  const buckets = new S3Client({ ...lab.context.client, forcePathStyle: true });
  for (const Bucket of [CONTROL, 'assets']) await buckets.send(new CreateBucketCommand({ Bucket }));
  const folder = join(ROOT, smoke.run.folder);
  const files = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const);
  await buckets.send(new PutObjectCommand({ Bucket: 'assets', Key: 'source', Body: zip(Object.fromEntries(files)) }));
  await deploy();
  server = createServer((_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(_.url === '/health' ? { healthy: true } : { hello: 'world' }));
  }).listen(0, '127.0.0.1');
  await new Promise((ready) => server.once('listening', ready));
}, 120_000);
afterAll(async () => {
  process.env = before;
  server?.close();
  await lab?.stop();
});
beforeEach(() => {
  status = 200;
});

/** Creates the projects and the roles of the template, without CloudFormation. */
async function deploy(): Promise<void> {
  const stack = new Stack(new App(), 'S', { env: { account: ACCOUNT, region: 'eu-west-1' } });
  const bucket = s3.Bucket.fromBucketName(stack, 'B', CONTROL) as s3.Bucket;
  new CheckProjects(stack, 'C', { projectRoot: ROOT, config, bucket, logRetention: 1 });
  const template = Template.fromStack(stack);
  const resources = template.toJSON().Resources as Record<string, { Type: string; Properties: Record<string, never> }>;
  const codebuild = new CodeBuildClient(lab.context.client);
  for (const { Type, Properties } of Object.values(resources)) {
    if (Type !== 'AWS::CodeBuild::Project') continue;
    const { Name, ServiceRole, Source, Environment, TimeoutInMinutes, QueuedTimeoutInMinutes } =
      Properties as never as {
        Name: string;
        ServiceRole: { 'Fn::GetAtt': [string] };
        Source: { Type: string; BuildSpec: string };
        Environment: { Type: string; Image: string; ComputeType: string; EnvironmentVariables?: Named[] };
        TimeoutInMinutes: number;
        QueuedTimeoutInMinutes: number;
      };
    const role = resources[ServiceRole['Fn::GetAtt'][0]] as { Properties: object } | undefined;
    const { Policies = [] } = (role?.Properties ?? {}) as { Policies?: { PolicyDocument: object }[] };
    const serviceRole = await roleOf(Name, Policies[0]?.PolicyDocument ?? {});
    await codebuild.send(
      new CreateProjectCommand({
        ...{
          name: Name,
          serviceRole,
          timeoutInMinutes: TimeoutInMinutes,
          queuedTimeoutInMinutes: QueuedTimeoutInMinutes,
        },
        artifacts: { type: 'NO_ARTIFACTS' },
        source: {
          type: Source.Type,
          buildspec: Source.BuildSpec,
          ...(Source.Type === 'S3' ? { location: 'assets/source' } : {}),
        },
        environment: {
          ...{ type: Environment.Type, image: Environment.Image, computeType: Environment.ComputeType },
          environmentVariables: (Environment.EnvironmentVariables ?? []).map((one) => ({
            name: one.Name,
            value: one.Value,
          })),
        },
      } as CreateProjectCommandInput),
    );
  }
  for (const check of config.stack.buildChecks)
    await roleOf(
      `function-${check.name}`,
      stack.resolve(document(checkFunctionGrants(stack, check, bucket))) as object,
    );
}
interface Named {
  Name: string;
  Value: string;
}

/** The assets are in a bucket of the test's own. */
async function roleOf(RoleName: string, policy: object): Promise<string> {
  const iam = new IAMClient(lab.context.client);
  const trust = JSON.stringify({ Version: '2012-10-17', Statement: [] });
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }));
  const PolicyDocument = flat(policy).replaceAll(/cdk-\w+-assets-\d+-[\w-]+?(\/[\w.]+)?"/g, (_, key) =>
    key ? 'assets/source"' : 'assets"',
  );
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'p', PolicyDocument }));
  return Role?.Arn ?? '';
}

/** Without the intrinsics that CloudFormation would replace. */
function flat(policy: object): string {
  return JSON.stringify(policy, (_, value: Record<string, unknown> | undefined) => {
    if (value?.Ref === 'AWS::Partition') return 'aws';
    if (value?.['Fn::GetAtt']) return 'arn:aws:logs:eu-west-1:123456789012:log-group:/aws/codebuild/*';
    const join = value?.['Fn::Join'] as [string, unknown[]] | undefined;
    if (join) return join[1].map((one) => JSON.parse(flat({ one })).one as string).join(join[0]);
    return value;
  });
}

let executions = 0;
/** Looks as the function of the check does. @param execution its name; another one starts another build */
async function look(name: string, execution = `v${executions++}`) {
  const check = config.stack.buildChecks.find((one) => one.name === name);
  if (!check) throw new Error(`there is no check ${name}`);
  const credentials = lab.context.credentials.issue(`arn:aws:iam::${ACCOUNT}:role/function-${name}`, 'check');
  Object.assign(process.env, {
    CHECK: name,
    BUILD: JSON.stringify(settingsOf(check)),
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
  });
  vi.resetModules();
  const { handler } = await import('../../lambdas/handlers/check-build.ts');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const request = aRequest({
    machine: 'validate',
    execution: { id: arnOf('validate', execution), name: execution, startTime: new Date().toISOString() },
    record: aRecord({ outputs: { ...outputs, alb_dns_name: host } }),
  });
  const event = { request, since: '2026-01-01T00:00:00Z' };
  return handler(event, { getRemainingTimeInMillis: () => 100_000 } as never) as unknown as Promise<{
    status: string;
    observed: string;
    evidence: Record<string, unknown>;
  }>;
}

describe('the npm script of the example', () => {
  test('passes, with the tests that it ran', async () => {
    expect(await look('smoke')).toMatchObject({
      status: 'passed',
      observed: expect.stringMatching(/^2 tests passed, 0 skipped \(build runbook-check-smoke:/),
      evidence: { passed: 2, skipped: 0, failed: 0 },
    });
  });

  test('fails with the test that failed', async () => {
    status = 503;
    const { status: concluded, observed, evidence } = await look('smoke');
    expect({ concluded, observed }).toEqual({
      concluded: 'failed',
      observed: expect.stringMatching(/^1 of 2 tests failed: .*the service is well: .*503/),
    });
    expect(evidence).toMatchObject({ passed: 1, failed: 1 });
  });

  test('is unknown without the results that it has to leave', async () => {
    expect(await look('no-results')).toMatchObject({
      status: 'unknown',
      observed: expect.stringContaining('UPLOAD_ARTIFACTS'),
    });
  });

  test('passes and fails by its exit code alone, where no results are expected', async () => {
    expect(await look('exit-code')).toMatchObject({ status: 'passed' });
    status = 503;
    expect(await look('exit-code')).toMatchObject({
      status: 'failed',
      observed: expect.stringContaining('exit status 1'),
    });
  });

  test('runs once in an execution, however often it is looked at', async () => {
    const client = new CodeBuildClient(lab.context.client);
    const count = async () =>
      (await client.send(new ListBuildsForProjectCommand({ projectName: 'runbook-check-smoke' }))).ids?.length ?? 0;
    const one = await count();
    const [first, second] = [await look('smoke', 'same'), await look('smoke', 'same')];
    expect(second.observed).toBe(first.observed);
    expect(await count()).toBe(one + 1);
    await look('smoke', 'another');
    expect(await count()).toBe(one + 2);
  });

  test('has a secret read by CodeBuild, with the role of its build', async () => {
    expect(await look('secret')).toMatchObject({
      status: 'unknown',
      observed: expect.stringContaining('DOWNLOAD_SOURCE'),
    });
    const parameter = { Name: '/web/dev/token', Value: 's3cret', Type: 'SecureString' as const };
    await new SSMClient(lab.context.client).send(new PutParameterCommand(parameter));
    expect(await look('secret')).toMatchObject({ status: 'passed' });
  });
});

test('the lab has no Docker engine, says so, and passes nothing', async () => {
  expect(await look('oci')).toMatchObject({
    status: 'unknown',
    observed: expect.stringContaining('The lab has no Docker engine'),
  });
});
