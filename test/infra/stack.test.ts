import { Stack } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { parseConfig, type RunbookConfig } from '../../lib/config/config.ts';
import { wantedOutputs } from '../../lib/config/stack-config.ts';
import { document } from '../../lib/iam/role.ts';
import { secretGrants } from '../../lib/iam/terraform/secret-grants.ts';
import config from '../../runbook.config.ts';
import { actionsOf, resourcesOf, runbook, type Statement, statementsOf } from './support/runbook.ts';

const grant = {
  actions: ['s3:PutObject'],
  resources: ['arn:{partition}:s3:::{prefix}-documents-{account}/*'],
  reason: 'Documents of any environment.',
};
const own = { name: 'document-intake', handler: 'x/check.ts', waitSeconds: 30, outputs: ['bucket'], grants: [grant] };
/** The stack is that of another product, as a team would write it. */
const stack = {
  root: 'infra/aws-v3/bootstrap',
  checks: ['backend', 'sqs-backlog'],
  customChecks: [own],
  outputs: ['bucket'],
  outputNames: { order_events_queue_url: 'jobs_url' },
  permissionSets: ['messaging'],
  grants: [{ ...grant, actions: ['s3:CreateBucket', 's3:DeleteBucket'] }],
} satisfies RunbookConfig['stack'];

const parsed = (changes: object) => parseConfig({ ...config, stack: { ...stack, ...changes } });

const endpoint = { kind: 'http', of: { output: 'api_url' }, path: '/health' } as const;
const resources = {
  name: 'front-door',
  waitSeconds: 60,
  targets: [
    endpoint,
    { kind: 'sqs', of: { address: 'aws_sqs_queue.work' } },
    { kind: 'sqs', of: { address: 'aws_sqs_queue.work' }, atMost: 5 },
  ],
} satisfies NonNullable<RunbookConfig['stack']['resourceChecks']>[number];

describe('checks of resources that cannot work are refused with the key and the fix', () => {
  const target = (more: object) => ({ resourceChecks: [{ ...resources, targets: [{ ...endpoint, ...more }] }] });
  const where = 'stack.resourceChecks.0.targets.0';
  test.each([
    [
      { resourceChecks: [{ ...resources, name: 'backend' }] },
      'resourceChecks.0.name: is the name of a check that this',
    ],
    [{ resourceChecks: [{ ...resources, name: own.name }] }, `stack.checks: names "${own.name}" twice`],
    [{ resourceChecks: [{ ...resources, targets: [] }] }, 'resourceChecks.0.targets: must have at least 1 items'],
    [
      {
        resourceChecks: [
          {
            ...resources,
            targets: [
              {
                ...endpoint,
                contains: 'x'.repeat(250),
                path: `/${'y'.repeat(500)}`,
                json: Array.from({ length: 10 }, () => ({ path: 'z'.repeat(250), equals: 1 })),
              },
            ],
          },
        ],
      },
      'targets: are more than a function can be given',
    ],
    [target({ kind: 'ftp' }), `${where}.kind`],
    [target({ of: undefined }), `${where}.of`],
    [target({ of: {} }), `${where}.of: must have either "output" or "address"`],
    [target({ of: { output: 'a', address: 'a.b' } }), `${where}.of: must have either "output" or "address"`],
    [target({ of: { name: 'shop-prod-api' } }), 'unknown key "name"'],
    [target({ of: { address: 'data.aws_sqs_queue.x' } }), `${where}.of.address: must be the address of a resource`],
    [target({ of: { address: 'shop-prod' } }), `${where}.of.address: must be the address of a resource`],
    [target({ path: 'health' }), `${where}.path: must begin with "/"`],
    [target({ status: [200, 99] }), `${where}.status.1: must be at least 100`],
    [target({ withinMs: 60_000 }), `${where}.withinMs: must be at most 5000`],
    [target({ json: [{ path: 'a b', equals: 1 }] }), `${where}.json.0.path: must be keys and indices with dots`],
    [target({ json: [{ path: 'a' }] }), `${where}.json.0.equals: must be a text, a number, true, false or null`],
    [
      target({ kind: 'rds', path: undefined, metrics: [{ name: 'CPU', atMost: 1, atLeast: 2 }] }),
      `${where}.metrics.0: has "atLeast" above "atMost"`,
    ],
    [
      target({ kind: 'rds', path: undefined, metrics: [{ name: 'CPU', minutes: 1 }] }),
      `${where}.metrics.0.minutes: must be at least 2`,
    ],
    [{ resourceChecks: [{ ...resources, targets: [{ kind: 'alarms', metrics: [] }] }] }, 'unknown key "metrics"'],
  ])('%j', (changes, message) => {
    expect(() => parsed(changes)).toThrow(message);
  });
});

describe('a stack that cannot work is refused with the key and the fix', () => {
  const check = (changes: object) => ({ customChecks: [{ ...own, ...changes }] });
  const granted = (changes: object) => ({ grants: [{ ...grant, ...changes }] });
  const elsewhere = 'must be an ARN of environments';
  test.each([
    [{ root: '../other' }, 'stack.root: must be a path in this checkout, without ".."'],
    [{ root: '/etc' }, 'stack.root: must be a path'],
    [{ checks: [], customChecks: [] }, 'stack.checks: must name at least one check'],
    [{ checks: ['backend', 'backend'] }, 'stack.checks: names "backend" twice'],
    [{ checks: ['nope'] }, 'stack.checks.0: '],
    [
      { customChecks: Array.from({ length: 9 }, (_, n) => ({ ...own, name: `own-${n}` })) },
      'there are 10 checks in all',
    ],
    [check({ name: 'backend' }), 'customChecks.0.name: is the name of a check that this project has already'],
    [check({ name: 'report' }), 'customChecks.0.name: is the name of the file that all results of a validation are in'],
    [check({ name: 'Intake' }), 'customChecks.0.name: must be lower-case words with hyphens'],
    [check({ handler: 'check.js' }), 'customChecks.0.handler: must be a TypeScript file'],
    [{ sharedVpcs: ['vpc-0123456789abcdef0'] }, 'stack.sharedVpcs: needs "network" in stack.permissionSets'],
    [{ sharedVpcs: ['vpc-*'] }, 'stack.sharedVpcs.0: must be the id of a VPC'],
    [{ ownChecks: [own] }, 'stack.ownChecks: is called "customChecks" now'],
    [{ uses: ['messaging'] }, 'stack.uses: is called "permissionSets" now'],
    [{ outputNames: { colour: 'red' } }, 'unknown key "colour"'],
    [granted({ actions: ['*'] }), 'must be an action such as "s3:PutObject"'],
    [granted({ actions: ['s3:*'] }), 'must be an action such as "s3:PutObject"'],
    [granted({ actions: ['s3:Put*'] }), 'must be an action such as "s3:PutObject", without "*"'],
    [granted({ actions: ['iam:CreateRole'] }), 'must not be about identity'],
    [granted({ actions: ['sts:AssumeRole'] }), 'must not be about identity'],
    [granted({ resources: ['*'] }), 'may be "*" only for actions that describe or list'],
    [granted({ actions: ['s3:GetObject'], resources: ['*'] }), 'may be "*" only for actions that describe or list'],
    [granted({ resources: ['arn:aws:s3:::somebody-elses'] }), elsewhere],
    [granted({ resources: ['arn:{partition}:s3:::*{prefix}'] }), elsewhere],
    [granted({ resources: ['arn:{partition}:s3:::*/{prefix}'] }), elsewhere],
    [granted({ resources: ['arn:{partition}:sqs:*:{account}:{prefix}'] }), elsewhere],
    [granted({ resources: ['arn:{partition}:sqs:{region}:210987654321:{prefix}'] }), elsewhere],
    [granted({ reason: 'because' }), 'must be a sentence for whoever reviews it'],
    [check({ grants: [{ ...grant, actions: ['iam:PassRole'] }] }), 'must not be about identity'],
  ])('%j', (changes, message) => {
    expect(() => parsed(changes)).toThrow(message);
  });

  test('reading what has no resource may be granted', () => {
    expect(() => parsed({ grants: [{ ...grant, actions: ['dynamodb:ListTables'], resources: ['*'] }] })).not.toThrow();
  });

  test('a name pattern that is this project’s own is refused', () => {
    expect(() => parseConfig({ ...config, namePattern: 'runbook-{environment}' })).toThrow(
      'must not start with "runbook"',
    );
  });
});

describe('outputs', () => {
  test('of the order platform are all that it is known for', () => {
    const wanted = wantedOutputs(parseConfig(config).stack);
    expect(wanted).toHaveLength(17);
    expect(wanted).toContainEqual({
      name: 'ecr_api_repository_url',
      from: 'ecr_api_repository_url',
      by: ['runbook.config.ts'],
    });
  });

  test('of another stack are those of its checks, under its own names, and its own', () => {
    expect(wantedOutputs(parsed({}).stack)).toEqual([
      { name: 'order_events_queue_url', from: 'jobs_url', by: ['sqs-backlog'] },
      { name: 'order_events_dlq_url', from: 'order_events_dlq_url', by: ['sqs-backlog'] },
      { name: 'bucket', from: 'bucket', by: ['document-intake', 'runbook.config.ts'] },
      { name: 'application_url', from: 'application_url', by: [] },
    ]);
  });
});

describe('what is deployed for another stack', () => {
  const resourceChecks = [resources];
  const { template } = runbook({ namePattern: 'intake-{environment}', stack: { ...stack, resourceChecks } });
  const functions = Object.values(template.findResources('AWS::Lambda::Function')).map(({ Properties }) => Properties);

  test('is the functions of its checks, and of no others', () => {
    const checks = functions.map(({ FunctionName }) => FunctionName).filter((name: string) => /-check-/.test(name));
    const names = ['backend', 'document-intake', 'front-door', 'sqs-backlog'];
    expect(checks.sort()).toEqual(names.map((name) => `runbook-check-${name}`));
    const { Variables } = functions.find(
      ({ FunctionName }) => FunctionName === 'runbook-check-document-intake',
    ).Environment;
    expect(Variables).toEqual({ CHECK: 'document-intake', WAIT_SECONDS: '30' });
  });

  test('is a check of its own that may do what it is granted, and nothing more', () => {
    const statements = statementsOf(template, 'What runbook-check-document-intake may do');
    expect(actionsOf(statements).filter((action) => !/^(logs|xray):/.test(action))).toEqual(['s3:PutObject']);
    expect(resourcesOf(statements, 's3:PutObject')).toEqual([
      'arn:<AWS::Partition>:s3:::intake-*-documents-<AWS::AccountId>/*',
    ]);
  });

  test('is a check of resources that may look at what its targets are, and nothing more', () => {
    const statements = statementsOf(template, 'What runbook-check-front-door may do');
    expect(actionsOf(statements).filter((action) => !/^(logs|xray):/.test(action))).toEqual(['sqs:GetQueueAttributes']);
    expect(resourcesOf(statements, 'sqs:GetQueueAttributes')).toEqual([
      'arn:<AWS::Partition>:sqs:<AWS::Region>:<AWS::AccountId>:intake-*',
    ]);
    const { Variables } = functions.find(({ FunctionName }) => FunctionName === 'runbook-check-front-door').Environment;
    expect({ ...Variables, TARGETS: JSON.parse(Variables.TARGETS) }).toEqual({
      ...{ CHECK: 'front-door', WAIT_SECONDS: '60' },
      TARGETS: [
        expect.objectContaining(endpoint),
        expect.objectContaining({ atMost: 0 }),
        expect.objectContaining({ atMost: 5 }),
      ],
    });
  });

  test('is a reader of outputs that finds each target once', () => {
    const { Variables } = functions.find(({ FunctionName }) => FunctionName === 'runbook-outputs').Environment;
    expect(JSON.parse(Variables.LOOKUPS)).toEqual([
      { kind: 'http', of: { output: 'api_url' } },
      { kind: 'sqs', of: { address: 'aws_sqs_queue.work' } },
    ]);
    expect(JSON.parse(Variables.WANTED_OUTPUTS)).toContainEqual({
      name: 'api_url',
      from: 'api_url',
      by: ['front-door'],
    });
  });

  test('is a Terraform that may do what its root needs', () => {
    type Policies = Record<string, { Properties: { PolicyDocument: { Statement: Statement[] } } }>;
    const managed = Object.values(template.findResources('AWS::IAM::ManagedPolicy') as Policies);
    const actions = actionsOf(managed.flatMap(({ Properties }) => Properties.PolicyDocument.Statement));
    expect(actions).toEqual(expect.arrayContaining(['sqs:CreateQueue', 's3:CreateBucket', 's3:DeleteBucket']));
    expect(actions.filter((action) => /^(ec2|ecs|rds|iam|elasticloadbalancing):/.test(action))).toEqual([]);
  });

  test('is a validate machine that fans out over them, each by its name', () => {
    const machines = Object.values(template.findResources('AWS::StepFunctions::StateMachine'));
    const { DefinitionString, DefinitionSubstitutions } = machines
      .map(({ Properties }) => Properties)
      .find(({ StateMachineName }) => StateMachineName === 'runbook-validate');
    const { States } = JSON.parse(DefinitionString) as { States: Record<string, { Branches?: { StartAt: string }[] }> };
    expect(States['Run checks']?.Branches?.map(({ StartAt }) => StartAt)).toEqual([
      'Check SQS backlog',
      'Check backend',
      'Check document intake',
      'Check front door',
    ]);
    expect(Object.keys(DefinitionSubstitutions)).toContain('CheckDocumentIntakeFunctionArn');
    expect(DefinitionString).toContain('$count($request.checks) = 4');
  });

  test('is builds that know where the root is, and that there are no images', () => {
    const [project] = Object.values(
      template.findResources('AWS::CodeBuild::Project', { Properties: { Name: 'runbook-terraform' } }),
    );
    const variables = project?.Properties.Environment.EnvironmentVariables as { Name: string; Value: string }[];
    expect(Object.fromEntries(variables.map(({ Name, Value }) => [Name, Value]))).toMatchObject({
      STACK_ROOT: 'infra/aws-v3/bootstrap',
      HAS_IMAGES: 'no',
    });
  });
});

test('Terraform may read the secrets of the configuration, each by its name, and no others', () => {
  const kmsKey = 'arn:aws:kms:eu-west-1:123456789012:key/0f0e';
  const whole = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/live-a1b2C3';
  const variables = {
    a: { secret: { ssm: '/shop/{environment}/db', kmsKey } },
    b: { secret: { ssm: '/shop/{environment}/db' } },
    c: { secret: { secretsManager: 'shop/{environment}' } },
    d: { secret: { secretsManager: whole, field: 'token' } },
    e: { value: 'arn:aws:ssm:eu-west-1:123456789012:parameter/other' },
  };
  const scope = new Stack();
  const statements = scope.resolve(document(secretGrants(scope, parsed({ variables })))).Statement as Statement[];
  const own = '<AWS::Region>:<AWS::AccountId>';
  expect(resourcesOf(statements, 'ssm:GetParameter')).toEqual([`arn:<AWS::Partition>:ssm:${own}:parameter/shop/*/db`]);
  expect(resourcesOf(statements, 'secretsmanager:GetSecretValue')).toEqual([
    `arn:<AWS::Partition>:secretsmanager:${own}:secret:shop/*-??????`,
    whole,
  ]);
  expect(resourcesOf(statements, 'kms:Decrypt')).toEqual([kmsKey]);
  expect(actionsOf(statements)).toHaveLength(3);
  expect(secretGrants(scope, parsed({}))).toEqual([]);
});

test('in a VPC that others share, Terraform may make security groups, and nothing else', () => {
  const grantsOf = (sharedVpcs: string[]) => {
    const { template } = runbook({ stack: { ...config.stack, sharedVpcs } });
    type Policies = Record<string, { Properties: { PolicyDocument: { Statement: Statement[] } } }>;
    const managed = Object.values(template.findResources('AWS::IAM::ManagedPolicy') as Policies);
    return managed.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  };
  const shared = 'arn:<AWS::Partition>:ec2:<AWS::Region>:<AWS::AccountId>:vpc/vpc-0123456789abcdef0';
  const about = grantsOf(['vpc-0123456789abcdef0']).filter((one) =>
    JSON.stringify(one).includes('vpc-0123456789abcdef0'),
  );
  // A preview has the two that read.
  expect([...new Set(actionsOf(about))]).toEqual([
    'ec2:CreateSecurityGroup',
    'ec2:DescribeVpcAttribute',
    'ec2:GetSecurityGroupsForVpc',
  ]);
  expect(resourcesOf(about, 'ec2:CreateSecurityGroup')).toEqual([shared]);
  expect(JSON.stringify(grantsOf([]))).not.toContain('vpc/vpc-');
});
