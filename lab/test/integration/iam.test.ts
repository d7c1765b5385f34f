import {
  ApplicationAutoScalingClient,
  DeregisterScalableTargetCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { CreateTableCommand, DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteVpcCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { CreateClusterCommand, ECSClient } from '@aws-sdk/client-ecs';
import { CreateLoadBalancerCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { CreateRoleCommand, DeleteRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { DescribeDBInstancesCommand, DescribeDBSecurityGroupsCommand, RDSClient } from '@aws-sdk/client-rds';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Lab } from '../../lab.ts';
import { ROLE, RoleLab } from '../support/role.ts';

/** A role of the account calls AWS, and may do what its policies allow. */

let lab: Lab;
let iam: IAMClient;
const role = ROLE;
let one: RoleLab;
const asRole = () => one.asRole();
const allow = (statements: object[]) => one.allow(statements);

beforeAll(async () => {
  one = await RoleLab.start();
  ({ lab, iam } = one);
});
beforeEach(() => allow([]));
afterAll(() => lab?.stop());

test('a call passes when a policy allows it on that very resource', async () => {
  const operator = new SQSClient(lab.context.client);
  const [own, other] = await Promise.all(
    ['orders', 'others'].map((QueueName) => operator.send(new CreateQueueCommand({ QueueName }))),
  );
  await allow([
    { Effect: 'Allow', Action: 'sqs:GetQueueAttributes', Resource: 'arn:aws:sqs:eu-west-1:123456789012:orders' },
  ]);
  const sqs = new SQSClient(asRole());
  const look = (QueueUrl = '') => sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  await expect(look(own?.QueueUrl)).resolves.toMatchObject({ Attributes: { VisibilityTimeout: '30' } });
  await expect(look(other?.QueueUrl)).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: `${role} is not authorized to perform: sqs:GetQueueAttributes on resource: arn:aws:sqs:eu-west-1:123456789012:others`,
  });
  expect(lab.context.permissionUsage.entries()).toMatchObject([
    {
      role,
      used: ['sqs:GetQueueAttributes'],
      denied: ['sqs:GetQueueAttributes on arn:aws:sqs:eu-west-1:123456789012:others'],
    },
  ]);
});

test('a role that IAM does not have is one of AWS itself, and is not judged', async () => {
  const own = 'arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS';
  const sns = new SNSClient({ ...asRole(), credentials: lab.context.credentials.issue(own) });
  await expect(sns.send(new ListTopicsCommand({}))).resolves.toMatchObject({ Topics: [] });
  expect(lab.context.permissionUsage.entries().map(({ role }) => role)).not.toContain(own);
});

test('a list of everything is denied to whoever may list by a name', async () => {
  const rds = new RDSClient(asRole());
  const grant = (name: string) => ({
    Effect: 'Allow',
    Action: 'rds:DescribeDBInstances',
    Resource: `arn:aws:rds:eu-west-1:123456789012:db:${name}`,
  });
  await allow([grant('order-*')]);
  await expect(rds.send(new DescribeDBInstancesCommand({}))).rejects.toMatchObject({ name: 'AccessDenied' });
  await allow([grant('*')]);
  await expect(rds.send(new DescribeDBInstancesCommand({}))).resolves.toMatchObject({ DBInstances: [] });
  await allow([{ Effect: 'Allow', Action: 'ec2:DescribeVpcs', Resource: 'arn:aws:ec2:eu-west-1:123456789012:vpc/*' }]);
  const vpcs = new EC2Client(asRole()).send(new DescribeVpcsCommand({}));
  await expect(vpcs).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
});

test('a call that cannot be judged is denied, and is counted', async () => {
  await allow([{ Effect: 'Allow', Action: '*', Resource: '*' }]);
  const unknown = new DescribeDBSecurityGroupsCommand({});
  await expect(new RDSClient(asRole()).send(unknown)).rejects.toMatchObject({
    name: 'AccessDenied',
    message: expect.stringContaining('the lab does not know which resources rds:DescribeDBSecurityGroups needs'),
  });
  expect(lab.context.permissionUsage.entries()[0]?.unjudged).toEqual(['rds:DescribeDBSecurityGroups']);
});

test('what is allowed ends with the policy', async () => {
  const sns = new SNSClient(asRole());
  await allow([{ Effect: 'Allow', Action: 'sns:ListTopics', Resource: '*' }]);
  await expect(sns.send(new ListTopicsCommand({}))).resolves.toMatchObject({ Topics: [] });
  await allow([]);
  await expect(sns.send(new ListTopicsCommand({}))).rejects.toMatchObject({ name: 'AccessDenied' });
});

test('each protocol says no in its own words', async () => {
  await new S3Client({ ...lab.context.client, forcePathStyle: true }).send(
    new CreateBucketCommand({ Bucket: 'bucket', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
  );
  const s3 = new S3Client({ ...asRole(), forcePathStyle: true });
  await expect(s3.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'k' }))).rejects.toMatchObject({
    name: 'AccessDenied',
    $metadata: { httpStatusCode: 403 },
  });
  await expect(new EC2Client(asRole()).send(new DescribeVpcsCommand({}))).rejects.toMatchObject({
    name: 'UnauthorizedOperation',
  });
});

test('a condition is met, or it is not', async () => {
  const condition = (prefix: string) => ({
    Effect: 'Allow',
    Action: ['s3:PutObject'],
    Resource: 'arn:aws:s3:::bucket/*',
    Condition: { StringLike: { 'aws:PrincipalArn': `arn:aws:iam::*:role/${prefix}*` } },
  });
  const put = () =>
    new S3Client({ ...asRole(), forcePathStyle: true }).send(
      new PutObjectCommand({ Bucket: 'bucket', Key: 'k', Body: 'x' }),
    );
  await allow([condition('other')]);
  await expect(put()).rejects.toMatchObject({ name: 'AccessDenied' });
  await allow([condition('so')]);
  await expect(put()).resolves.toBeDefined();
});

test('an item is changed in the attributes that a policy lists, and in no others', async () => {
  const TableName = 'records';
  await new DynamoDBClient(lab.context.client).send(
    new CreateTableCommand({
      ...{ TableName, BillingMode: 'PAY_PER_REQUEST' },
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );
  await allow([
    {
      ...{ Effect: 'Allow', Action: 'dynamodb:UpdateItem', Resource: '*' },
      Condition: { 'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['id', 'verdict'] } },
    },
  ]);
  const set = (...names: string[]) =>
    new DynamoDBClient(asRole()).send(
      new UpdateItemCommand({
        ...{ TableName, Key: { id: { S: 'x' } } },
        UpdateExpression: `SET ${names.map((_, index) => `#n${index} = :v`).join(', ')}`,
        ExpressionAttributeNames: Object.fromEntries(names.map((name, index) => [`#n${index}`, name])),
        ExpressionAttributeValues: { ':v': { S: 'v' } },
      }),
    );
  await expect(set('verdict')).resolves.toBeDefined();
  await expect(set('verdict', 'bundleKey')).rejects.toMatchObject({ name: 'AccessDeniedException' });
});

test('what is made has to carry the tags that a policy asks for, and is known by them ever after', async () => {
  const tag = (value: string) => [{ ResourceType: 'vpc' as const, Tags: [{ Key: 'project', Value: value }] }];
  const create = (TagSpecifications?: ReturnType<typeof tag>) =>
    new EC2Client(asRole()).send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16', TagSpecifications }));
  const vpcs = 'arn:aws:ec2:eu-west-1:123456789012:vpc/*';
  const equals = (kind: string) => ({ StringEquals: { [`aws:${kind}Tag/project`]: 'own' } });
  await allow([
    { Effect: 'Allow', Action: ['ec2:CreateVpc', 'ec2:CreateTags'], Resource: vpcs, Condition: equals('Request') },
    { Effect: 'Allow', Action: 'ec2:DeleteVpc', Resource: vpcs, Condition: equals('Resource') },
  ]);
  await expect(create()).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
  await expect(create(tag('other'))).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
  const { Vpc: own } = await create(tag('own'));
  const { Vpc: other } = await new EC2Client(lab.context.client).send(
    new CreateVpcCommand({ CidrBlock: '10.1.0.0/16', TagSpecifications: tag('other') }),
  );
  const remove = (VpcId?: string) => new EC2Client(asRole()).send(new DeleteVpcCommand({ VpcId }));
  await expect(remove(other?.VpcId)).rejects.toThrow(
    `${role} is not authorized to perform: ec2:DeleteVpc on resource: ${vpcs.replace('*', other?.VpcId ?? '')}`,
  );
  await expect(remove(own?.VpcId)).resolves.toBeDefined();
});

test('a role goes by its tags, where a policy tells roles by them', async () => {
  const make = (RoleName: string, Value: string) =>
    iam.send(
      new CreateRoleCommand({
        RoleName,
        AssumeRolePolicyDocument: '{"Statement":[]}',
        Tags: [{ Key: 'project', Value }],
      }),
    );
  await Promise.all([make('own', 'own'), make('foreign', 'other')]);
  await allow([
    {
      Effect: 'Allow',
      Action: 'iam:DeleteRole',
      Resource: 'arn:aws:iam::123456789012:role/*',
      Condition: { StringEquals: { 'aws:ResourceTag/project': 'own' } },
    },
  ]);
  const remove = (RoleName: string) => new IAMClient(asRole()).send(new DeleteRoleCommand({ RoleName }));
  await expect(remove('foreign')).rejects.toMatchObject({ name: 'AccessDenied' });
  await expect(remove('own')).resolves.toBeDefined();
});

test('what scales is known by its tags, although callers only say what it scales', async () => {
  const target = (table: string) => ({
    ServiceNamespace: 'dynamodb' as const,
    ResourceId: `table/${table}`,
    ScalableDimension: 'dynamodb:table:ReadCapacityUnits' as const,
  });
  const register = (table: string, project: string) =>
    new ApplicationAutoScalingClient(lab.context.client).send(
      new RegisterScalableTargetCommand({ ...target(table), MinCapacity: 1, MaxCapacity: 2, Tags: { project } }),
    );
  await Promise.all([register('own', 'own'), register('foreign', 'other')]);
  await allow([
    {
      Effect: 'Allow',
      Action: 'application-autoscaling:DeregisterScalableTarget',
      Resource: 'arn:aws:application-autoscaling:eu-west-1:123456789012:scalable-target/*',
      Condition: { StringEquals: { 'aws:ResourceTag/project': 'own' } },
    },
  ]);
  const remove = (table: string) =>
    new ApplicationAutoScalingClient(asRole()).send(new DeregisterScalableTargetCommand(target(table)));
  await expect(remove('foreign')).rejects.toMatchObject({ name: 'AccessDeniedException' });
  await expect(remove('own')).resolves.toBeDefined();
});

test('whoever may not list a bucket does not learn what is not in it', async () => {
  const look = () =>
    new S3Client({ ...asRole(), forcePathStyle: true }).send(new GetObjectCommand({ Bucket: 'bucket', Key: 'none' }));
  const read = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::bucket/*' };
  await allow([read]);
  await expect(look()).rejects.toMatchObject({ name: 'AccessDenied' });
  await allow([read, { Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::bucket' }]);
  await expect(look()).rejects.toMatchObject({ name: 'NoSuchKey' });
});

test('a load balancer needs the right to look up the security groups of its very VPC', async () => {
  const ec2 = new EC2Client(lab.context.client);
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.7.0.0/16' }));
  const VpcId = Vpc?.VpcId;
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock: '10.7.0.0/24' }));
  const { GroupId = '' } = await ec2.send(
    new CreateSecurityGroupCommand({ VpcId, GroupName: 'alb', Description: 'load balancer' }),
  );
  const Subnets = [Subnet?.SubnetId ?? ''];
  const create = () =>
    new ElasticLoadBalancingV2Client(asRole()).send(
      new CreateLoadBalancerCommand({ Name: 'own', Subnets, SecurityGroups: [GroupId] }),
    );
  const others = {
    Effect: 'Allow',
    Action: ['elasticloadbalancing:CreateLoadBalancer', 'ec2:Describe*', 'iam:CreateServiceLinkedRole'],
    Resource: '*',
  };
  const arn = `arn:aws:ec2:eu-west-1:123456789012:vpc/${VpcId}`;
  await allow([others]);
  await expect(create()).rejects.toThrow(`not authorized to perform: ec2:GetSecurityGroupsForVpc on resource: ${arn}`);
  await allow([others, { Effect: 'Allow', Action: 'ec2:GetSecurityGroupsForVpc', Resource: arn }]);
  await expect(create()).resolves.toMatchObject({ LoadBalancers: [{ VpcId }] });
});

test('a service-linked role is asked for until it exists', async () => {
  const create = (clusterName: string) => new ECSClient(asRole()).send(new CreateClusterCommand({ clusterName }));
  const cluster = { Effect: 'Allow', Action: 'ecs:CreateCluster', Resource: '*' };
  await allow([cluster]);
  await expect(create('first')).rejects.toThrow('not authorized to perform: iam:CreateServiceLinkedRole');
  await allow([cluster, { Effect: 'Allow', Action: 'iam:CreateServiceLinkedRole', Resource: '*' }]);
  await expect(create('first')).resolves.toBeDefined();
  await allow([cluster]);
  await expect(create('second')).resolves.toBeDefined();
});
