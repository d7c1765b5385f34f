import { describe, expect, test } from 'vitest';
import { accessOf } from '../../../iam/access.ts';
import { aCall } from './request.ts';

const place = { region: 'eu-west-1', accountId: '123456789012' };
const R = 'eu-west-1:123456789012';

const rows: [string, Parameters<typeof aCall>, unknown][] = [
  [
    'an API destination that a rule invokes',
    [
      'events',
      { action: 'InvokeApiDestination', params: { Arn: `arn:aws:events:${R}:api-destination/d/1`, Payload: '{}' } },
    ],
    [{ action: 'events:InvokeApiDestination', resources: [`arn:aws:events:${R}:api-destination/d/1`] }],
  ],
  [
    'a connection, which is no rule of that name',
    ['events', { action: 'CreateConnection', params: { Name: 'c' } }],
    [{ action: 'events:CreateConnection', resources: [`arn:aws:events:${R}:connection/c`] }],
  ],
  [
    'a subscription, by its topic',
    ['sns', { action: 'GetSubscriptionAttributes', params: { SubscriptionArn: `arn:aws:sns:${R}:alerts:1-2` } }],
    [{ action: 'sns:GetSubscriptionAttributes', resources: [`arn:aws:sns:${R}:alerts`] }],
  ],
  [
    'the tags of a parameter',
    ['ssm', { action: 'ListTagsForResource', params: { ResourceType: 'Parameter', ResourceId: '/shop/dev/table' } }],
    [{ action: 'ssm:ListTagsForResource', resources: [`arn:aws:ssm:${R}:parameter/shop/dev/table`] }],
  ],
  [
    'a queue by its URL',
    ['sqs', { action: 'GetQueueAttributes', params: { QueueUrl: 'http://127.0.0.1:1/123456789012/orders' } }],
    [{ action: 'sqs:GetQueueAttributes', resources: [`arn:aws:sqs:${R}:orders`] }],
  ],
  [
    'services of a cluster by name and by ARN',
    [
      'ecs',
      {
        action: 'DescribeServices',
        params: { cluster: `arn:aws:ecs:${R}:cluster/c`, services: ['a', `arn:aws:ecs:${R}:service/c/b`] },
      },
    ],
    [
      {
        action: 'ecs:DescribeServices',
        resources: [`arn:aws:ecs:${R}:service/c/a`, `arn:aws:ecs:${R}:service/c/b`],
        context: { 'ecs:cluster': `arn:aws:ecs:${R}:cluster/c` },
      },
    ],
  ],
  [
    'an association of an address, by the address and its interface, which the account has',
    [
      'ec2',
      {
        action: 'DisassociateAddress',
        params: {
          AssociationId: 'eipassoc-01234567',
          AllocationId: 'eipalloc-01234567',
          NetworkInterfaceId: 'eni-01234567',
        },
      },
    ],
    [
      {
        action: 'ec2:DisassociateAddress',
        resources: [`arn:aws:ec2:${R}:elastic-ip/eipalloc-01234567`],
        context: { 'ec2:AllocationId': 'eipalloc-01234567' },
      },
      {
        action: 'ec2:DisassociateAddress',
        resources: [`arn:aws:ec2:${R}:network-interface/eni-01234567`],
        context: {},
      },
    ],
  ],
  [
    'an association that has ended',
    ['ec2', { action: 'DisassociateAddress', params: { AssociationId: 'eipassoc-01234567' } }],
    [{ action: 'ec2:DisassociateAddress', resources: [`arn:aws:ec2:${R}:elastic-ip/*`] }],
  ],
  [
    'a load balancer, whose security groups are looked up in its VPC',
    [
      'elasticloadbalancing',
      { action: 'CreateLoadBalancer', params: { Name: 'l', VpcId: 'vpc-1', 'SecurityGroups.member.1': 'sg-1' } },
    ],
    [
      {
        action: 'elasticloadbalancing:CreateLoadBalancer',
        resources: [`arn:aws:elasticloadbalancing:${R}:loadbalancer/app/l/*`],
      },
      { action: 'ec2:GetSecurityGroupsForVpc', resources: [`arn:aws:ec2:${R}:vpc/vpc-1`] },
    ],
  ],
  [
    'an instance, which uses groups that nobody names',
    [
      'rds',
      { action: 'CreateDBInstance', params: { DBInstanceIdentifier: 'd', Engine: 'postgres', EngineVersion: '17.4' } },
    ],
    [
      { action: 'rds:CreateDBInstance', resources: [`arn:aws:rds:${R}:db:d`] },
      { action: 'rds:CreateDBInstance', resources: [`arn:aws:rds:${R}:pg:default.postgres17`] },
      { action: 'rds:CreateDBInstance', resources: [`arn:aws:rds:${R}:og:default:postgres-17`] },
    ],
  ],
  [
    'an instance with groups of its own',
    [
      'rds',
      {
        action: 'CreateDBInstance',
        params: { DBInstanceIdentifier: 'd', Engine: 'mysql', DBParameterGroupName: 'p', OptionGroupName: 'o' },
      },
    ],
    [{ action: 'rds:CreateDBInstance', resources: ['db:d', 'pg:p', 'og:o'].map((one) => `arn:aws:rds:${R}:${one}`) }],
  ],
  [
    'a scaling policy, of whose caller the rights on the service and on alarms are tried',
    [
      'application-autoscaling',
      { action: 'PutScalingPolicy', params: { ResourceId: 'service/c/s', ServiceNamespace: 'ecs' } },
    ],
    [
      expect.objectContaining({ action: 'application-autoscaling:PutScalingPolicy' }),
      {
        action: 'ecs:DescribeServices',
        resources: [`arn:aws:ecs:${R}:service/c/s`],
        context: { 'ecs:cluster': `arn:aws:ecs:${R}:cluster/c` },
      },
      {
        action: 'ecs:UpdateService',
        resources: [`arn:aws:ecs:${R}:service/c/s`],
        context: { 'ecs:cluster': `arn:aws:ecs:${R}:cluster/c` },
      },
      { action: 'cloudwatch:DescribeAlarms', resources: [`arn:aws:cloudwatch:${R}:alarm:(any)`] },
      {
        action: 'cloudwatch:PutMetricAlarm',
        resources: [`arn:aws:cloudwatch:${R}:alarm:TargetTracking-service/c/s-AlarmHigh`],
      },
      {
        action: 'cloudwatch:DeleteAlarms',
        resources: [`arn:aws:cloudwatch:${R}:alarm:TargetTracking-service/c/s-AlarmHigh`],
      },
    ],
  ],
  [
    'an action without any resource',
    ['ec2', { action: 'DescribeVpcs' }],
    [{ action: 'ec2:DescribeVpcs', resources: ['*'] }],
  ],
  [
    'a service whose signature has another name',
    ['monitoring', { path: '/service/GraniteServiceVersion20100801/operation/DescribeAlarms' }],
    [{ action: 'cloudwatch:DescribeAlarms', resources: [`arn:aws:cloudwatch:${R}:alarm:*`] }],
  ],
  [
    'a build by its id',
    ['codebuild', { action: 'BatchGetBuilds', params: { ids: ['p:1', 'p:2', 'q:1'] } }],
    [
      {
        action: 'codebuild:BatchGetBuilds',
        resources: [`arn:aws:codebuild:${R}:project/p`, `arn:aws:codebuild:${R}:project/q`],
      },
    ],
  ],
  [
    'parameters by their names, whose ARNs have one slash',
    ['ssm', { action: 'GetParameters', params: { Names: ['/shop/dev/token', 'plain'] } }],
    [
      {
        action: 'ssm:GetParameters',
        resources: [`arn:aws:ssm:${R}:parameter/shop/dev/token`, `arn:aws:ssm:${R}:parameter/plain`],
      },
    ],
  ],
  [
    'a function by its ARN in a path',
    ['lambda', { path: `/2015-03-31/functions/${encodeURIComponent(`arn:aws:lambda:${R}:function:f`)}/invocations` }],
    [{ action: 'lambda:InvokeFunction', resources: [`arn:aws:lambda:${R}:function:f`] }],
  ],
  [
    'a schedule, and the role that it is given',
    ['scheduler', { path: '/schedules/s', params: { GroupName: 'g', Target: { RoleArn: 'arn:aws:iam::1:role/r' } } }],
    [
      { action: 'scheduler:CreateSchedule', resources: [`arn:aws:scheduler:${R}:schedule/g/s`] },
      {
        action: 'iam:PassRole',
        resources: ['arn:aws:iam::1:role/r'],
        context: { 'iam:PassedToService': 'scheduler.amazonaws.com' },
      },
    ],
  ],
  [
    'the end of a schedule',
    ['scheduler', { method: 'DELETE', path: '/schedules/s?groupName=g' }],
    [{ action: 'scheduler:DeleteSchedule', resources: [`arn:aws:scheduler:${R}:schedule/g/s`] }],
  ],
  [
    'a table by name',
    ['dynamodb', { action: 'PutItem', params: { TableName: 't' } }],
    [{ action: 'dynamodb:PutItem', resources: [`arn:aws:dynamodb:${R}:table/t`] }],
  ],
  [
    'the attributes of an item that an update names, in its key, condition and changes',
    [
      'dynamodb',
      {
        action: 'UpdateItem',
        params: {
          ...{ TableName: 't', Key: { id: { S: 'x' } }, ExpressionAttributeNames: { '#a': 'named' } },
          UpdateExpression: 'SET #a = :one ADD plain :two',
          ConditionExpression: 'attribute_exists(id) AND size(list) > :none',
        },
      },
    ],
    [
      {
        action: 'dynamodb:UpdateItem',
        resources: [`arn:aws:dynamodb:${R}:table/t`],
        context: { 'dynamodb:Attributes': ['id', 'list', 'named', 'plain'] },
      },
    ],
  ],
  [
    'what an update gives back of an item',
    [
      'dynamodb',
      {
        action: 'UpdateItem',
        params: {
          TableName: 't',
          Key: { id: { S: 'x' } },
          UpdateExpression: 'SET plain = :one',
          ReturnValues: 'ALL_NEW',
        },
      },
    ],
    [
      {
        action: 'dynamodb:UpdateItem',
        resources: [`arn:aws:dynamodb:${R}:table/t`],
        context: { 'dynamodb:Attributes': ['id', 'plain'], 'dynamodb:ReturnValues': 'ALL_NEW' },
      },
    ],
  ],
  [
    'a subnet that is to be, with its tags, and the network that it is made in',
    [
      'ec2',
      {
        action: 'CreateSubnet',
        params: {
          VpcId: 'vpc-0123456789abcdef0',
          'TagSpecification.1.ResourceType': 'subnet',
          'TagSpecification.1.Tag.1.Key': 'project',
          'TagSpecification.1.Tag.1.Value': 'p',
        },
      },
    ],
    [
      {
        action: 'ec2:CreateSubnet',
        resources: [`arn:aws:ec2:${R}:subnet/*`],
        context: { 'aws:RequestTag/project': 'p', 'aws:TagKeys': ['project'] },
      },
      { action: 'ec2:CreateSubnet', resources: [`arn:aws:ec2:${R}:vpc/vpc-0123456789abcdef0`], context: {} },
      {
        action: 'ec2:CreateTags',
        resources: [`arn:aws:ec2:${R}:subnet/*`],
        context: { 'aws:RequestTag/project': 'p', 'aws:TagKeys': ['project'], 'ec2:CreateAction': 'CreateSubnet' },
      },
    ],
  ],
  [
    'a rule of one security group, which only refers to another',
    [
      'ec2',
      {
        action: 'AuthorizeSecurityGroupIngress',
        params: { GroupId: 'sg-01234567', 'IpPermissions.1.Groups.1.GroupId': 'sg-89abcdef' },
      },
    ],
    [
      {
        action: 'ec2:AuthorizeSecurityGroupIngress',
        resources: [`arn:aws:ec2:${R}:security-group/sg-01234567`],
        context: {},
      },
    ],
  ],
  ['a network that is not named', ['ec2', { action: 'DeleteVpc' }], undefined],
  [
    'a task definition, and the roles that its tasks get',
    ['ecs', { action: 'RegisterTaskDefinition', params: { family: 'f', taskRoleArn: 'arn:aws:iam::1:role/t' } }],
    [
      { action: 'ecs:RegisterTaskDefinition', resources: [`arn:aws:ecs:${R}:task-definition/f:*`] },
      {
        action: 'iam:PassRole',
        resources: ['arn:aws:iam::1:role/t'],
        context: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
      },
    ],
  ],
  [
    'a listener that is to be, in a load balancer, with tags',
    [
      'elasticloadbalancing',
      {
        action: 'CreateListener',
        params: {
          LoadBalancerArn: `arn:aws:elasticloadbalancing:${R}:loadbalancer/app/a/1`,
          'Tags.member.1.Key': 'k',
          'Tags.member.1.Value': 'v',
        },
      },
    ],
    [
      {
        action: 'elasticloadbalancing:CreateListener',
        resources: [`arn:aws:elasticloadbalancing:${R}:loadbalancer/app/a/1`],
        context: { 'aws:RequestTag/k': 'v', 'aws:TagKeys': ['k'] },
      },
      {
        action: 'elasticloadbalancing:AddTags',
        resources: [`arn:aws:elasticloadbalancing:${R}:listener/app/a/1/*`],
        context: {
          'aws:RequestTag/k': 'v',
          'aws:TagKeys': ['k'],
          'elasticloadbalancing:CreateAction': 'CreateListener',
        },
      },
    ],
  ],
  [
    'a database, its subnets, and the secret of its password',
    [
      'rds',
      {
        action: 'CreateDBInstance',
        params: { DBInstanceIdentifier: 'd', DBSubnetGroupName: 's', ManageMasterUserPassword: 'true' },
      },
    ],
    [
      { action: 'rds:CreateDBInstance', resources: [`arn:aws:rds:${R}:db:d`, `arn:aws:rds:${R}:subgrp:s`] },
      { action: 'secretsmanager:CreateSecret', resources: [`arn:aws:secretsmanager:${R}:secret:rds!db-*`] },
      { action: 'secretsmanager:TagResource', resources: [`arn:aws:secretsmanager:${R}:secret:rds!db-*`] },
      { action: 'kms:DescribeKey', resources: [`arn:aws:kms:${R}:key/*`] },
    ],
  ],
  [
    'a dashboard, which is of no region',
    ['monitoring', { action: 'DeleteDashboards', params: { 'DashboardNames.member.1': 'd' } }],
    [{ action: 'cloudwatch:DeleteDashboards', resources: ['arn:aws:cloudwatch::123456789012:dashboard/d'] }],
  ],
  ['nothing at all, for whoever asks who he is', ['sts', { action: 'GetCallerIdentity' }], []],
  ['what nobody here knows', ['dynamodb', { action: 'PutItem' }], undefined],
  ['a path that nobody here knows', ['lambda', { method: 'GET', path: '/2015-03-31/functions' }], undefined],
];

describe('a call is about', () => {
  test.each(rows)('%s', async (_name, call, access) => {
    expect(await accessOf(aCall(...call), place)).toEqual(access);
  });
});

const s3: [string, string, string, Record<string, string>, string[]][] = [
  ['GET', '/', '', {}, ['s3:ListAllMyBuckets *']],
  ['GET', '/b/a/k%20ey', '', {}, ['s3:GetObject arn:aws:s3:::b/a/k ey']],
  ['HEAD', '/b/k', '?versionId=1', {}, ['s3:GetObjectVersion arn:aws:s3:::b/k']],
  ['PUT', '/b/k', '', {}, ['s3:PutObject arn:aws:s3:::b/k']],
  [
    'PUT',
    '/b/k',
    '',
    { 'x-amz-copy-source': '/c/x%20y?versionId=2' },
    ['s3:PutObject arn:aws:s3:::b/k', 's3:GetObject arn:aws:s3:::c/x y'],
  ],
  ['DELETE', '/b/k', '?versionId=1', {}, ['s3:DeleteObjectVersion arn:aws:s3:::b/k']],
  ['GET', '/b', '?list-type=2&prefix=a%2F', {}, ['s3:ListBucket arn:aws:s3:::b']],
  ['HEAD', '/b/', '', {}, ['s3:ListBucket arn:aws:s3:::b']],
  ['GET', '/b', '?versions', {}, ['s3:ListBucketVersions arn:aws:s3:::b']],
  ['GET', '/b', '?encryption', {}, ['s3:GetEncryptionConfiguration arn:aws:s3:::b']],
  ['DELETE', '/b', '?policy', {}, ['s3:DeleteBucketPolicy arn:aws:s3:::b']],
  ['DELETE', '/b', '?publicAccessBlock', {}, ['s3:PutBucketPublicAccessBlock arn:aws:s3:::b']],
  ['PUT', '/b', '?publicAccessBlock', {}, ['s3:PutBucketPublicAccessBlock arn:aws:s3:::b']],
];

describe('a call to S3 needs', () => {
  test.each(s3)('%s %s%s', async (method, path, query, headers, wanted) => {
    const access = await accessOf(aCall('s3', { method, path: path + query, headers }), place);
    expect(access?.flatMap(({ action, resources }) => resources.map((one) => `${action} ${one}`))).toEqual(wanted);
  });

  test('either permission for each object that is to go, by whether a version is named', async () => {
    const xml =
      '<Delete><Object><Key>a&amp;b</Key><VersionId>1</VersionId></Object><Object><Key>c</Key></Object></Delete>';
    const access = await accessOf(aCall('s3', { path: '/b?delete', body: Buffer.from(xml) }), place);
    expect(access).toEqual([
      { action: 's3:DeleteObjectVersion', resources: ['arn:aws:s3:::b/a&b'] },
      { action: 's3:DeleteObject', resources: ['arn:aws:s3:::b/c'] },
    ]);
  });

  test('the prefix that is listed, which policies may limit', async () => {
    const access = await accessOf(aCall('s3', { method: 'GET', path: '/b?list-type=2&prefix=a%2F' }), place);
    expect(access?.[0]?.context).toEqual({ 's3:prefix': 'a/' });
  });
});
