import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { afterAll, describe, expect, test } from 'vitest';
import * as yaml from 'yaml';
import web from '../../examples/web-service/runbook.config.ts';
import { CheckProjects } from '../../lib/builds/check-projects.ts';
import { parseConfig, type RunbookConfig } from '../../lib/config/config.ts';
import { actionsOf, flat, PROJECT_ROOT, resourcesOf, runbook, statementsOf } from './support/runbook.ts';

/** Checks that run as builds: what CodeBuild is asked to run, and what each may do. */

type BuildCheck = NonNullable<RunbookConfig['stack']['buildChecks']>[number];
const smoke = web.stack.buildChecks[0] as BuildCheck & { run: { folder: string } };
const digest = `sha256:${'0'.repeat(64)}`;
const load = {
  name: 'load',
  run: {
    image: `123456789012.dkr.ecr.eu-central-1.amazonaws.com/tools/k6@${digest}`,
    command: 'k6 run -e URL="$URL" /s.js',
  },
  timeoutMinutes: 25,
  variables: {
    URL: { output: 'alb_dns_name' },
    TOKEN: { secret: { ssm: '/web/{environment}/token' } },
    PASSWORD: { secret: { secretsManager: 'web/{environment}', field: 'password' } },
  },
  results: { format: 'ctrf', file: 'out/ctrf.json' },
  grants: [
    {
      actions: ['sqs:SendMessage'],
      resources: ['arn:{partition}:sqs:{region}:{account}:{prefix}-jobs'],
      reason: 'The check sends a job of its own.',
    },
  ],
} satisfies BuildCheck;
const with_ = (...buildChecks: object[]) => ({
  ...web,
  stack: { ...web.stack, buildChecks: buildChecks as BuildCheck[] },
});

describe('a check that cannot work, or that nobody may trust, is refused with the key', () => {
  const run = (changes: object) => ({ ...load, run: { ...load.run, ...changes } });
  const variable = (name: string, source: object) => ({ ...load, variables: { [name]: source } });
  const image = 'must be an image by its digest';
  test.each<[check: object, message: string]>([
    [{ ...load, name: 'backend' }, 'is the name of a check that this project has already'],
    [{ ...load, name: smoke.name }, `names "${smoke.name}" twice`],
    [{ ...load, run: {} }, 'run: must be { folder, npmScript } for a script of npm, or { image, command }'],
    [run({ image: 'public.ecr.aws/x/y:latest' }), image],
    [run({ image: 'public.ecr.aws/x/y' }), image],
    [run({ image: `public.ecr.aws/x/y:1@${digest}` }), image],
    [run({ image: 'aws/codebuild/standard:7.0' }), image],
    [run({ image: `-x/y@${digest}` }), image],
    [run({ command: '' }), 'command'],
    [run({ command: 'a\nb' }), 'must be one line'],
    [run({ privileged: true }), 'run'],
    [{ ...load, timeoutMinutes: 4 }, 'timeoutMinutes: must be at least 5'],
    [{ ...load, timeoutMinutes: 90 }, 'timeoutMinutes: must be at most 60'],
    [variable('PATH', { output: 'a' }), 'is a name that the build itself needs'],
    [variable('AWS_PROFILE', { value: 'a' }), 'is a name that the build itself needs'],
    [variable('NODE_OPTIONS', { output: 'a' }), 'is a name that the build itself needs'],
    [variable('RUNBOOK_RUN', { value: 'a' }), 'is a name that the build itself needs'],
    [variable('url', { output: 'a' }), 'must be the name of a variable'],
    [variable('URL', { secret: 'plain' }), 'must be { output: … }'],
    [
      variable('URL', { secret: { ssm: 'arn:aws:ssm:eu-west-1:123456789012:parameter/x' } }),
      'reads parameters by name',
    ],
    [{ ...load, results: { format: 'junit', file: '../x' } }, 'must be a path below the folder of the build'],
    [{ ...load, results: { format: 'junit', file: 'out/*.xml' } }, 'must be a path below the folder of the build'],
    [{ ...load, results: { format: 'tap', file: 'x' } }, 'results.format: must be one of junit, ctrf'],
    [{ ...load, grants: [{ ...load.grants[0], actions: ['sts:AssumeRole'] }] }, 'must not be about identity'],
    [
      {
        ...load,
        variables: Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`A${n}`, { value: 'x'.repeat(400) }])),
      },
      'are more than a function can be given',
    ],
  ])('%j', (check, message) => {
    expect(() => parseConfig(with_(smoke, check))).toThrow(message);
  });
});

describe('a folder in which the script cannot run is refused at synthesis', () => {
  const root = mkdtempSync(join(tmpdir(), 'runbook-check-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  const synth = (folder: string, npmScript = 'smoke') => {
    const config = parseConfig(with_({ ...smoke, run: { folder, npmScript } }));
    const stack = new Stack(new App(), 'S');
    const props = { config, bucket: new s3.Bucket(stack, 'B'), logRetention: 1 };
    return () => new CheckProjects(stack, 'C', { ...props, projectRoot: root });
  };
  test.each<[name: string, folder: string, script: string, message: string]>([
    ['no folder', 'none', 'smoke', 'there is no file none/package-lock.json'],
    ['no lock file', 'unlocked', 'smoke', 'there is no file unlocked/package-lock.json'],
    ['no such script', 'whole', 'other', 'whole/package.json has no script "other"'],
    ['a name of JavaScript’s own', 'whole', 'constructor', 'whole/package.json has no script "constructor"'],
  ])('%s', (_, folder, script, message) => {
    for (const to of ['unlocked', 'whole'])
      cpSync(join(PROJECT_ROOT, smoke.run.folder), join(root, to), { recursive: true });
    rmSync(join(root, 'unlocked/package-lock.json'));
    expect(synth(folder, script)).toThrow(message);
  });
});

const { template } = runbook(with_(smoke, load));
const projectOf = (Name: string) => {
  const [project] = Object.values(template.findResources('AWS::CodeBuild::Project', { Properties: { Name } }));
  return project?.Properties;
};
const variablesOf = (Name: string) =>
  Object.fromEntries(
    (projectOf(Name).Environment.EnvironmentVariables as { Name: string; Type: string; Value: string }[]).map((one) => [
      one.Name,
      one.Value,
    ]),
  );

describe('a script of npm', () => {
  const project = projectOf('runbook-check-smoke');
  const spec = yaml.parse(project.Source.BuildSpec) as Record<string, Record<string, Record<string, string[]>>>;

  test('runs from the deployed folder, which is verified before anything of it runs', () => {
    expect(project.Source.Type).toBe('S3');
    expect(project.Source.Auth).toBeUndefined();
    const [verify, install, ...more] = spec.phases?.pre_build?.commands ?? [];
    expect(verify).toContain('BUNDLE_SHA256');
    // What an earlier run has left in the folder is not what this build has found.
    expect([install, ...more]).toEqual(['npm ci --no-audit --no-fund', 'rm -rf -- "$RUNBOOK_RESULTS"']);
    expect(spec.phases?.pre_build).toMatchObject({ 'on-failure': 'ABORT' });
    expect(Object.keys(spec.phases ?? {})).toEqual(['install', 'pre_build', 'build']);
    expect(variablesOf('runbook-check-smoke')).toEqual({
      BUNDLE_SHA256: expect.stringMatching(/^[0-9a-f]{64}$/),
      RUNBOOK_SCRIPT: 'smoke',
      RUNBOOK_RESULTS: 'results.xml',
    });
  });

  test('has its results uploaded, also when it fails, and its exit code decides', () => {
    expect(spec.phases?.build).toEqual({ commands: ['npm run "$RUNBOOK_SCRIPT"'] });
    expect(spec.artifacts).toEqual({ files: ['results.xml'], 'discard-paths': 'yes' });
  });

  test('runs without privileges, with limits and logs', () => {
    expect(project).toMatchObject({
      Environment: { Type: 'ARM_CONTAINER', PrivilegedMode: false, ImagePullCredentialsType: 'CODEBUILD' },
      TimeoutInMinutes: 10,
      QueuedTimeoutInMinutes: 30,
      Artifacts: { Type: 'NO_ARTIFACTS' },
      LogsConfig: { CloudWatchLogs: { Status: 'ENABLED' } },
    });
  });
});

describe('an OCI image', () => {
  const project = projectOf('runbook-check-load');

  test('is pulled by its digest, with the role of the check, and runs one line without a source', () => {
    expect(project.Environment).toMatchObject({
      ...{
        Type: 'LINUX_CONTAINER',
        Image: load.run.image,
        ImagePullCredentialsType: 'SERVICE_ROLE',
        PrivilegedMode: false,
      },
    });
    expect(project.Environment.EnvironmentVariables).toBeUndefined();
    expect(project.Source.Type).toBe('NO_SOURCE');
    expect(yaml.parse(project.Source.BuildSpec)).toEqual({
      version: 0.2,
      phases: { build: { commands: [load.run.command] } },
      artifacts: { files: ['out/ctrf.json'], 'discard-paths': 'yes' },
    });
  });

  test('runs on the other kind of machine, where it is made for that', () => {
    const arm = { ...load, run: { ...load.run, architecture: 'ARM64' } };
    const other = runbook(with_(arm)).template;
    other.hasResourceProperties('AWS::CodeBuild::Project', {
      Name: 'runbook-check-load',
      Environment: { Type: 'ARM_CONTAINER', Image: load.run.image, ImagePullCredentialsType: 'SERVICE_ROLE' },
    });
  });
});

describe('the role of a check', () => {
  const own = '<AWS::Region>:<AWS::AccountId>';
  const build = (name: string) => statementsOf(template, `What builds of runbook-check-${name} may do`);
  const results = (statements: ReturnType<typeof build>) =>
    resourcesOf(statements, 's3:PutObject').map((arn) => arn.replace(/^<[^>]+>/, ''));

  test('has its source, its results and its log, and nothing of Terraform’s or of another check', () => {
    expect([...new Set(actionsOf(build('smoke')))]).toEqual([
      ...['logs:CreateLogStream', 'logs:PutLogEvents', 's3:GetBucketAcl', 's3:GetBucketLocation'],
      ...['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject'],
    ]);
    expect(results(build('smoke'))).toEqual(['/environments/*/runs/*/checks/smoke/*']);
    for (const arn of resourcesOf(build('smoke'), 's3:GetObject')) expect(arn).not.toMatch(/environments|[*?]/);
  });

  test('has its secrets, its image and its grants, each by its ARN', () => {
    const statements = build('load');
    expect([...new Set(actionsOf(statements))]).toEqual([
      ...[
        'ecr:BatchCheckLayerAvailability',
        'ecr:BatchGetImage',
        'ecr:GetAuthorizationToken',
        'ecr:GetDownloadUrlForLayer',
      ],
      ...['logs:CreateLogStream', 'logs:PutLogEvents', 's3:GetBucketAcl', 's3:GetBucketLocation', 's3:PutObject'],
      ...['secretsmanager:GetSecretValue', 'sqs:SendMessage', 'ssm:GetParameters'],
    ]);
    expect(results(statements)).toEqual(['/environments/*/runs/*/checks/load/*']);
    expect(resourcesOf(statements, 'ecr:BatchGetImage')).toEqual([
      'arn:aws:ecr:eu-central-1:123456789012:repository/tools/k6',
    ]);
    expect(resourcesOf(statements, 'ssm:GetParameters')).toEqual([
      `arn:<AWS::Partition>:ssm:${own}:parameter/web/*/token`,
    ]);
    expect(resourcesOf(statements, 'secretsmanager:GetSecretValue')).toEqual([
      `arn:<AWS::Partition>:secretsmanager:${own}:secret:web/*-??????`,
    ]);
    expect(resourcesOf(statements, 'sqs:SendMessage')).toEqual([`arn:<AWS::Partition>:sqs:${own}:web-*-v1-jobs`]);
  });

  test('is one for each check, and no function or machine has it', () => {
    const roles = Object.entries(template.findResources('AWS::IAM::Role'));
    const ofBuilds = roles.filter(([, { Properties }]) => /builds of runbook-check-/.test(Properties.Description));
    expect(ofBuilds).toHaveLength(2);
    const used = ['runbook-check-smoke', 'runbook-check-load'].map((name) => flat(projectOf(name).ServiceRole));
    expect(used).toEqual(expect.arrayContaining(ofBuilds.map(([id]) => `<${id}.Arn>`)));
  });
});

test('a sweep reads the builds of checks, and starts none', () => {
  const sweep = statementsOf(template, 'What runbook-sweep-services may do');
  const projects = ['smoke', 'load'].map((name) =>
    expect.stringMatching(new RegExp(`:project/runbook-check-${name}$`)),
  );
  for (const action of ['codebuild:BatchGetBuilds', 'codebuild:ListBuildsForProject'])
    expect(resourcesOf(sweep, action)).toEqual(expect.arrayContaining(projects));
  expect(actionsOf(sweep)).not.toContain('codebuild:StartBuild');
});

describe('the function of a check', () => {
  const functionOf = (FunctionName: string) =>
    Object.values(template.findResources('AWS::Lambda::Function', { Properties: { FunctionName } }))[0]?.Properties;

  test('starts builds of its own project, and reads its own results', () => {
    const statements = statementsOf(template, 'What runbook-check-load may do');
    expect(actionsOf(statements).filter((action) => !/^(logs|xray):/.test(action))).toEqual([
      ...['codebuild:BatchGetBuilds', 'codebuild:ListBuildsForProject', 'codebuild:StartBuild', 's3:GetObject'],
    ]);
    expect(resourcesOf(statements, 'codebuild:StartBuild')).toEqual([
      'arn:<AWS::Partition>:codebuild:<AWS::Region>:<AWS::AccountId>:project/runbook-check-load',
    ]);
    expect(resourcesOf(statements, 's3:GetObject')).toEqual([
      expect.stringMatching(/\/environments\/\*\/runs\/\*\/checks\/load\/\*$/),
    ]);
  });

  test('knows names of secrets, and no secret', () => {
    const { Variables } = functionOf('runbook-check-load').Environment;
    expect(JSON.parse(Variables.BUILD)).toEqual({
      project: 'runbook-check-load',
      variables: {
        URL: { output: 'alb_dns_name' },
        TOKEN: { ssm: '/web/{environment}/token' },
        PASSWORD: { secretsManager: 'web/{environment}', field: 'password' },
      },
      results: { format: 'ctrf', file: 'out/ctrf.json' },
    });
    // The build may wait for 30 minutes and run for 25.
    expect(Number(Variables.WAIT_SECONDS)).toBeGreaterThan(55 * 60);
  });

  test('is a state of the validation, which waits for the build, and for whose output provision asks', () => {
    const machines = Object.values(template.findResources('AWS::StepFunctions::StateMachine'));
    const definitionOf = (name: string) =>
      JSON.parse(
        machines.find(({ Properties }) => Properties.StateMachineName === name)?.Properties.DefinitionString,
      ) as {
        TimeoutSeconds: number;
        States: Record<string, { Branches?: { StartAt: string }[]; TimeoutSeconds?: number }>;
      };
    const validate = definitionOf('runbook-validate');
    const states = validate.States['Run checks']?.Branches?.map(({ StartAt }) => StartAt);
    expect(states?.slice(-2)).toEqual(['Check smoke', 'Check load']);
    expect(validate.TimeoutSeconds).toBe(3_600 + (30 + 25 + 5) * 60);
    expect(definitionOf('runbook-provision').States['Validate environment']?.TimeoutSeconds).toBeGreaterThan(
      validate.TimeoutSeconds,
    );
    const outputs = JSON.parse(functionOf('runbook-outputs').Environment.Variables.WANTED_OUTPUTS) as object[];
    expect(outputs).toContainEqual(
      expect.objectContaining({ name: 'alb_dns_name', by: expect.arrayContaining(['smoke', 'load']) }),
    );
  });
});

test('the folder of a check is archived without what work in it leaves', () => {
  const root = mkdtempSync(join(tmpdir(), 'runbook-check-'));
  try {
    cpSync(join(PROJECT_ROOT, smoke.run.folder), join(root, 'smoke'), { recursive: true });
    cpSync(join(PROJECT_ROOT, 'infra/buildspecs'), join(root, 'infra/buildspecs'), { recursive: true });
    const digestOf = () => {
      const stack = new Stack(new App({ outdir: mkdtempSync(join(root, 'out-')) }), 'S');
      const config = parseConfig(with_({ ...smoke, run: { ...smoke.run, folder: 'smoke' } }));
      new CheckProjects(stack, 'C', { config, bucket: new s3.Bucket(stack, 'B'), logRetention: 1, projectRoot: root });
      return Template.fromStack(stack).toJSON();
    };
    const before = digestOf();
    cpSync(join(root, 'smoke/package.json'), join(root, 'smoke/node_modules/x/package.json'));
    expect(digestOf()).toEqual(before);
    writeFileSync(join(root, 'smoke/new.js'), '');
    expect(digestOf()).not.toEqual(before);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
