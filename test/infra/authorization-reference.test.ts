import { describe, expect, test } from 'vitest';
import example from '../../examples/document-intake/runbook.config.ts';
import links from '../../examples/short-links/runbook.config.ts';
import web from '../../examples/web-service/runbook.config.ts';
import { GRANT_SETS, ROLE_SERVICES } from '../../lambdas/contracts/permission-sets.ts';
import config from '../../runbook.config.ts';
import { faultsOf, type PolicyKind, type Statement } from './support/authorization.ts';
import { runbook } from './support/runbook.ts';
import { policiesOf } from './support/template-policies.ts';

const boundary = 'arn:aws:iam::123456789012:policy/bound';
const github = { repository: 'some/repository', branch: 'main' };
const check = { name: 'load', timeoutMinutes: 20 };
const image = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/tools/load@sha256:${'0'.repeat(64)}`;
/** Each variable and permission that a check which is a build can have. */
const builds = [
  ...web.stack.buildChecks,
  {
    ...check,
    run: { image, command: 'load' },
    variables: {
      TOKEN: { secret: { ssm: '/web/{environment}/token', kmsKey: 'arn:aws:kms:eu-west-1:123456789012:key/0f0e' } },
      PASSWORD: { secret: { secretsManager: 'web/{environment}' } },
    },
    results: { format: 'ctrf', file: 'out/ctrf.json' },
  },
] as const;
/** A journey through log groups and queues. */
const jobs = {
  request: { of: { output: 'alb_dns_name' }, path: '/jobs', id: 'id' },
  readBack: { path: '/jobs/{id}', id: 'id', state: 'state', until: 'done' },
  logs: [{ name: 'worked', group: '/aws/lambda/{prefix}-work', contains: 'taken' }],
  queue: { of: { address: 'aws_sqs_queue.jobs' } },
};
const zones = [{ id: 'Z0123456789ABC', records: ['*.example.com'] }];
const TEMPLATES = {
  'a web service, with checks that are builds, and a journey': {
    ...web,
    stack: { ...web.stack, buildChecks: [...builds], journeys: [{ name: 'jobs', waitSeconds: 60, ...jobs }] },
  },
  'the order platform with everything': {
    terraform: { ...config.terraform, permissionsBoundary: boundary },
    github,
    notifications: { webhook: { format: 'slack' as const, secret: 'team/slack' } },
  },
  'the order platform': {},
  'document intake': { ...example },
  'short links, with every set and roles for every service': {
    ...links,
    stack: { ...links.stack, zones, permissionSets: [...GRANT_SETS], rolesFor: [...ROLE_SERVICES] },
  },
};

describe.each(Object.entries(TEMPLATES))('%s', (_, changes) => {
  const policies = policiesOf(runbook(changes).template);

  test.each(policies)('$name grants what AWS knows', async ({ statements, kind }) => {
    expect(await faultsOf(statements, kind)).toEqual([]);
  });

  test('has policies of every kind', () => {
    const named = (kind: PolicyKind) => policies.filter((one) => one.kind === kind).map(({ name }) => name);
    const trusted = named('trust').map((name) => name.replace(' (trust)', ''));
    expect(trusted.length).toBeGreaterThan(30);
    // In addition to the policies of roles, there is the boundary of what Terraform creates.
    expect(
      named('identity')
        .filter((name) => !trusted.includes(name))
        .join(),
    ).toMatch(/^(BuildsBoundaryPolicy\w+)?$/);
    expect(named('identity')).toEqual(expect.arrayContaining(trusted));
    expect(named('resource')).toHaveLength(4);
  });
});

const queue = 'arn:aws:sqs:eu-west-1:123456789012:order-platform-*-v3-*';
const vpc = 'arn:aws:ec2:eu-west-1:123456789012:vpc/*';
const subnet = 'arn:aws:ec2:eu-west-1:123456789012:subnet/*';
const tagged = { StringEquals: { 'aws:ResourceTag/project': 'order-platform' } };
const requested = { StringEquals: { 'aws:RequestTag/project': 'order-platform' } };
const allow = (Action: string | string[], Resource: string | string[], Condition?: Statement['Condition']) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition ? { Condition } : {}),
});

/** Each row has a policy with one kind of fault, and the finding. */
const PLANTED: { fault: string; kind?: PolicyKind; statements: Statement[]; found: RegExp }[] = [
  { fault: 'an action with a typing error', statements: [allow('sqs:SendMesage', queue)], found: /no action of AWS/ },
  { fault: 'an API operation that is no action', statements: [allow('s3:HeadBucket', '*')], found: /no action of AWS/ },
  { fault: 'a service that is not there', statements: [allow('sqss:SendMessage', queue)], found: /no action of AWS/ },
  { fault: 'a wildcard in an action', statements: [allow('sqs:Send*', queue)], found: /not the full name/ },
  {
    fault: 'a resource of another service',
    statements: [allow('sqs:SendMessage', 'arn:aws:sns:eu-west-1:123456789012:topic')],
    found: /sqs:SendMessage takes queue/,
  },
  {
    fault: 'objects without the slash',
    statements: [allow('s3:GetObject', 'arn:aws:s3:::bucket')],
    found: /s3:GetObject takes .*object, and not/,
  },
  {
    fault: 'a bucket with the slash',
    statements: [allow('s3:ListBucket', 'arn:aws:s3:::bucket/*')],
    found: /s3:ListBucket takes .*bucket, and not/,
  },
  {
    fault: 'an ARN with an account where the type has none',
    statements: [
      allow('s3:ListBucket', 'arn:aws:s3:::bucket'),
      allow('s3:ListBucket', 'arn:aws:s3::123456789012:bucket'),
    ],
    found: /takes .*bucket, and not/,
  },
  {
    fault: 'an ARN without an account where the type has one',
    statements: [allow('sqs:SendMessage', 'arn:aws:sqs:eu-west-1::order-platform')],
    found: /takes queue/,
  },
  {
    fault: 'a resource that nothing in the statement takes',
    statements: [
      allow(['ec2:RevokeSecurityGroupIngress'], ['arn:aws:ec2:eu-west-1:123456789012:security-group/*', subnet]),
    ],
    found: /subnet\/\* is of no type/,
  },
  {
    fault: 'everything, for a change that takes a resource',
    statements: [allow('sqs:DeleteQueue', '*')],
    found: /granted on \*/,
  },
  {
    fault: 'an ARN, for an action that takes no resource',
    statements: [allow('ecr:GetAuthorizationToken', 'arn:aws:ecr:eu-west-1:123456789012:repository/*')],
    found: /takes no resource/,
  },
  {
    fault: 'a condition key that the service does not have',
    statements: [allow('sqs:SendMessage', queue, { StringEquals: { 'sqs:QueueName': 'x' } })],
    found: /does not set sqs:QueueName/,
  },
  {
    fault: 'a tag in the request of an action that takes none',
    statements: [allow('sqs:SendMessage', queue, requested)],
    found: /does not set aws:RequestTag/,
  },
  {
    fault: 'a resource’s tag where the type knows none',
    statements: [allow('s3:GetObject', 'arn:aws:s3:::bucket/*', { StringEquals: { 'rds:db-tag/project': 'x' } })],
    found: /does not set rds:db-tag/,
  },
  {
    fault: 'a key of calls of services, in what a role may do',
    statements: [allow('sqs:SendMessage', queue, { StringEquals: { 'aws:SourceAccount': '123456789012' } })],
    found: /does not set aws:SourceAccount/,
  },
  {
    fault: 'a global key with a typing error',
    statements: [allow('sqs:SendMessage', queue, { StringEquals: { 'aws:RequestRegion': 'eu-west-1' } })],
    found: /does not set aws:RequestRegion/,
  },
  {
    fault: 'an operator that is not there',
    statements: [allow('sqs:SendMessage', queue, { StringEqual: { 'aws:RequestedRegion': 'eu-west-1' } })],
    found: /StringEqual is no condition operator/,
  },
  {
    fault: 'an operator for one value, and a key with several',
    statements: [
      allow('events:PutEvents', 'arn:aws:events:eu-west-1:123456789012:event-bus/default', {
        StringEquals: { 'events:source': 'x' },
      }),
    ],
    found: /events:source of events:PutEvents has several values/,
  },
  {
    fault: 'a required resource that is left out: the VPC of a new subnet',
    statements: [allow('ec2:CreateSubnet', subnet, requested)],
    found: /ec2:CreateSubnet requires a vpc/,
  },
  {
    fault: 'a required resource under a condition that is not set for it: a VPC is not made with a subnet’s tags',
    statements: [allow('ec2:CreateSubnet', [vpc, subnet], tagged)],
    found: /ec2:CreateSubnet requires a subnet/,
  },
  {
    fault: 'a principal’s key in a trust policy that the way in does not set',
    kind: 'trust',
    statements: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Condition: { StringEquals: { 'sts:RoleName': 'x' } } }],
    found: /does not set sts:RoleName/,
  },
  {
    fault: 'a way to become a role that is not there',
    kind: 'trust',
    statements: [{ Effect: 'Allow', Action: 'sts:AssumeRoleWithOIDC' }],
    found: /no action of AWS/,
  },
  {
    fault: 'a policy of a topic about a queue',
    kind: 'resource',
    statements: [allow('sns:Publish', queue)],
    found: /sns:Publish takes topic/,
  },
  {
    fault: 'a denial with a typing error',
    statements: [{ ...allow('sqs:SendMesage', '*'), Effect: 'Deny' }],
    found: /no action of AWS/,
  },
  {
    fault: 'a denial of all actions of a service that is not there',
    statements: [{ ...allow('s4:*', '*'), Effect: 'Deny' }],
    found: /of no service/,
  },
  {
    fault: 'all actions of a service that is not there',
    kind: 'resource',
    statements: [allow('s4:*', 'arn:aws:s3:::bucket')],
    found: /of no service/,
  },
];

describe('a planted fault is found', () => {
  test.each(PLANTED)('$fault', async ({ kind = 'identity', statements, found }) => {
    expect((await faultsOf(statements, kind)).join('\n')).toMatch(found);
  });

  test.each([
    ['a grant as it should be', [allow('sqs:SendMessage', queue)]],
    [
      'a subnet in a tagged VPC',
      [allow('ec2:CreateSubnet', subnet, requested), allow('ec2:CreateSubnet', vpc, tagged)],
    ],
    [
      'a role for one service',
      [
        allow('iam:PassRole', 'arn:aws:iam::123456789012:role/x', {
          StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
        }),
      ],
    ],
    [
      'a list of everything',
      [allow('ec2:DescribeVpcs', '*', { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } })],
    ],
  ])('and none in %s', async (_, statements) => {
    expect(await faultsOf(statements, 'identity')).toEqual([]);
  });
});
