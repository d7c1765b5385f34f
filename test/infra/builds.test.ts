import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import * as yaml from 'yaml';
import config from '../../runbook.config.ts';
import {
  actionsOf,
  flat,
  listOf,
  PROJECT_ROOT,
  resourcesOf,
  runbook,
  type Statement,
  statementsOf,
} from './support/runbook.ts';

const { template } = runbook();
const bounded = runbook({
  terraform: { ...config.terraform, permissionsBoundary: 'arn:aws:iam::123456789012:policy/bound' },
}).template;

type Policies = Record<string, { Properties: { Roles?: unknown[]; PolicyDocument: { Statement: Statement[] } } }>;
/** Returns the policies of Terraform's role. The boundary is attached to no role and grants nothing. */
const managed = (from: typeof template) =>
  Object.values(from.findResources('AWS::IAM::ManagedPolicy') as Policies)
    .filter(({ Properties }) => JSON.stringify(Properties.Roles ?? []).includes('"BuildsTerraformRole'))
    .map((p) => p.Properties.PolicyDocument);
const all = [
  ...statementsOf(template, 'What builds of runbook-terraform may do'),
  ...managed(template).flatMap(({ Statement }) => Statement),
];
const terraform = all.filter(({ Effect }) => Effect === 'Allow');
const images = statementsOf(template, 'What builds of runbook-images may do');

describe('projects', () => {
  test.each([
    ['runbook-terraform', false, 'run.mjs terraform'],
    ['runbook-plan', false, 'run.mjs terraform'],
    ['runbook-images', true, 'run.mjs images'],
  ])('%s runs its own buildspec on ARM, with a time limit and logs', (Name, PrivilegedMode, program) => {
    const [project, ...more] = Object.values(
      template.findResources('AWS::CodeBuild::Project', { Properties: { Name } }),
    );
    expect(more).toEqual([]);
    const { Source, Environment, TimeoutInMinutes, ConcurrentBuildLimit, LogsConfig } = project?.Properties ?? {};
    expect(Environment).toMatchObject({
      Image: 'aws/codebuild/amazonlinux-aarch64-standard:3.0',
      Type: 'ARM_CONTAINER',
      PrivilegedMode,
    });
    expect(TimeoutInMinutes).toBeLessThanOrEqual(90);
    // AWS refuses a limit above the account's quota, which is 1 in new accounts.
    expect(ConcurrentBuildLimit).toBeUndefined();
    expect(LogsConfig.CloudWatchLogs.Status).toBe('ENABLED');
    expect(Source.Type).toBe('S3');
    expect(Source.Auth).toBeUndefined();
    const buildspec = yaml.parse(Source.BuildSpec as string) as { version: number; phases: Record<string, object> };
    expect(buildspec.version).toBe(0.2);
    // The bundle is for this version of Node. Nothing runs before the archive is found to be the one that the record
    // names.
    expect(buildspec.phases.install).toEqual({ 'runtime-versions': { nodejs: 22 } });
    expect(Object.keys(buildspec.phases)).toEqual(['install', 'pre_build', 'build']);
    expect(JSON.stringify(buildspec.phases)).toContain(program);
  });

  test('Terraform gets its version, its limits and where the runs are kept', () => {
    template.hasResourceProperties('AWS::CodeBuild::Project', {
      Name: 'runbook-terraform',
      Environment: {
        EnvironmentVariables: Match.arrayWith([
          { Name: 'TERRAFORM_VERSION', Type: 'PLAINTEXT', Value: config.engine.version },
          { Name: 'MAX_DELETIONS', Type: 'PLAINTEXT', Value: String(config.terraform.maxDeletions) },
        ]),
      },
    });
  });
});

describe('the architecture of the images', () => {
  const projectOf = (from: typeof template, Name: string) =>
    Object.values(from.findResources('AWS::CodeBuild::Project', { Properties: { Name } }))[0]?.Properties.Environment;

  test.each([
    [undefined, 'ARM64', 'ARM_CONTAINER', 'aws/codebuild/amazonlinux-aarch64-standard:3.0'],
    ['X86_64', 'X86_64', 'LINUX_CONTAINER', 'aws/codebuild/amazonlinux-x86_64-standard:5.0'],
  ] as const)(
    '%s is what they are built for, on a machine of its own kind, and what Terraform gets',
    (architecture, Value, Type, Image) => {
      const images = { ...config.images, ...(architecture && { architecture }) };
      const from = runbook({ images }).template;
      const variable = { Name: 'CPU_ARCHITECTURE', Type: 'PLAINTEXT', Value };
      expect(projectOf(from, 'runbook-images')).toMatchObject({ Type, Image });
      expect(projectOf(from, 'runbook-images').EnvironmentVariables).toContainEqual(variable);
      expect(projectOf(from, 'runbook-terraform').EnvironmentVariables).toContainEqual(variable);
    },
  );
});

describe('roles', () => {
  test('neither build may start a build, run a machine, or invoke another function than those which it asks', () => {
    const actions = actionsOf([...terraform, ...images]);
    const reads = ['codebuild:BatchGetBuilds', 'lambda:InvokeFunction', 'lambda:InvokeFunction'];
    expect(actions.filter((action) => /^(codebuild|states|lambda|sts):/.test(action))).toEqual(reads);
    const asked = (build: typeof images) =>
      resourcesOf(build, 'lambda:InvokeFunction').map((arn) => arn.split(':function:').at(-1));
    expect(asked(images)).toEqual(['runbook-require-ownership']);
    expect(asked(terraform)).toEqual(['runbook-name-blockers', 'runbook-require-ownership', 'runbook-review-plan']);
    expect(resourcesOf(terraform, 'codebuild:BatchGetBuilds')).toEqual([
      expect.stringMatching(/:project\/runbook-terraform$/),
    ]);
  });

  test('only the Terraform build writes what Terraform and its providers are taken from, under names of its own kind of machine', () => {
    const tools = (build: typeof images) =>
      resourcesOf(build, 's3:PutObject').flatMap((arn) => /\/(tools\/.*)$/.exec(arn)?.[1] ?? []);
    expect(tools(images)).toEqual([]);
    expect(tools(terraform)).toEqual([
      'tools/opentofu/*/tofu_*_linux_arm64.zip',
      'tools/providers/registry.terraform.io/*_linux_arm64.zip',
      'tools/terraform/*/terraform_*_linux_arm64.zip',
    ]);
  });

  test('only the images build writes images, and only into repositories of environments', () => {
    expect(actionsOf(terraform)).not.toContain('ecr:PutImage');
    expect(resourcesOf(images, 'ecr:PutImage').map((arn) => arn.split(':').at(-1))).toEqual([
      'repository/order-platform-*-v3-api',
      'repository/order-platform-*-v3-worker',
    ]);
    expect(actionsOf(images).filter((action) => !/^(ecr|s3|logs|lambda):/.test(action))).toEqual([]);
  });

  test('every change that Terraform may make is limited by name or by the tag of the project', () => {
    const reads = /^[a-z0-9-]+:(Describe|Get|List)/;
    const free = terraform.filter(
      ({ Action, Resource, Condition }) =>
        listOf(Action).some((action) => !reads.test(action)) && listOf(Resource).includes('*') && !Condition,
    );
    // The APIs of these actions take no resource. A task definition without a service does nothing and costs nothing. A
    // delivery of flow logs requires a flow log. The association of a web ACL requires a right on the ACL and one on
    // the load balancer.
    expect(free.flatMap(({ Action }) => listOf(Action)).filter((action) => !reads.test(action))).toEqual([
      'logs:CreateLogDelivery',
      'logs:DeleteLogDelivery',
      'ecs:DeregisterTaskDefinition',
      'elasticloadbalancing:SetWebAcl',
    ]);
    const ec2 = terraform.filter(({ Action }) => listOf(Action).some((a) => /^ec2:(?!Describe)/.test(a)));
    for (const { Condition } of ec2) {
      const equals = Condition?.StringEquals ?? {};
      expect(equals['aws:RequestTag/project'] ?? equals['aws:ResourceTag/project']).toBe('order-platform');
    }
  });

  test('roles are lent to tasks only, and bounded by the stack’s own policy, or by the one that is configured', () => {
    const pass = terraform.filter(({ Action }) => listOf(Action).includes('iam:PassRole'));
    expect(pass.map(({ Condition }) => Condition)).toEqual([
      { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
    ]);
    const boundaryOf = (from: typeof template) =>
      managed(from)
        .flatMap(({ Statement }) => Statement)
        .filter(({ Effect, Action }) => Effect === 'Allow' && listOf(Action).includes('iam:CreateRole'))
        .map(({ Condition }) => flat(Condition?.StringEquals?.['iam:PermissionsBoundary']));
    const [own] = Object.entries(template.findResources('AWS::IAM::ManagedPolicy')).find(
      ([, { Properties }]) => Properties.ManagedPolicyName === 'runbook-boundary',
    ) ?? [''];
    expect(boundaryOf(template)).toEqual([`<${own}>`]);
    expect(boundaryOf(bounded)).toEqual(['arn:aws:iam::123456789012:policy/bound']);
  });

  test('the boundary has every action of the roles in the stack’s root, and none on identities or on what they run on', () => {
    const [boundary] = Object.values(
      template.findResources('AWS::IAM::ManagedPolicy', { Properties: { ManagedPolicyName: 'runbook-boundary' } }),
    );
    const statements = boundary?.Properties.PolicyDocument.Statement as Statement[];
    const actions = actionsOf(statements.filter(({ Effect }) => Effect === 'Allow'));
    const root = readFileSync(join(PROJECT_ROOT, 'infra/aws-v3/stack/iam.tf'), 'utf8');
    const used = [...root.matchAll(/"([a-z-]+:[A-Z]\w+)"/g)].map(([, action]) => action ?? '');
    expect(used.length).toBeGreaterThan(8);
    expect(actions).toEqual(expect.arrayContaining(used.filter((action) => !/^(sts|aws):/.test(action))));
    expect(
      actions.filter((action) => /^(iam|sts|lambda|states|codebuild|ec2|ecs|rds|cloudformation):/.test(action)),
    ).toEqual([]);
  });

  test('Terraform gets the boundary', () => {
    const told = (from: typeof template) => {
      const [project] = Object.values(
        from.findResources('AWS::CodeBuild::Project', { Properties: { Name: 'runbook-terraform' } }),
      );
      const variables = project?.Properties.Environment.EnvironmentVariables as { Name: string; Value: unknown }[];
      return variables.filter(({ Name }) => Name === 'PERMISSIONS_BOUNDARY').map(({ Value }) => flat(Value));
    };
    expect(told(template)).toEqual([expect.stringMatching(/^<BuildsBoundaryPolicy\w+>$/)]);
    expect(told(bounded)).toEqual(['arn:aws:iam::123456789012:policy/bound']);
  });

  test('no policy is larger than IAM takes', () => {
    const sizes = managed(template).map((document) => resolved(document).length);
    for (const size of sizes) expect(size).toBeLessThan(6_144);
    expect(resolved(statementsOf(template, 'What builds of runbook-terraform may do')).length).toBeLessThan(10_240);
  });
});

/**
 * Returns a policy in the form that IAM counts: without white space, and with the intrinsics resolved to a text of
 * usual length.
 */
function resolved(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    const intrinsic =
      part !== null && typeof part === 'object' && Object.keys(part).some((key) => /^(Fn::|Ref$)/.test(key));
    return intrinsic ? flat(part) : part;
  });
}
