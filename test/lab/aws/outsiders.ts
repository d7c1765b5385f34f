import { CloudWatchClient, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, CreateLogGroupCommand, PutMetricFilterCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateRepositoryCommand, ECRClient, PutImageCommand } from '@aws-sdk/client-ecr';
import { EventBridgeClient, ListRulesCommand, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import * as iam from '@aws-sdk/client-iam';
import * as rds from '@aws-sdk/client-rds';
import { CreateBucketCommand, PutBucketTaggingCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient, SubscribeCommand, TagResourceCommand } from '@aws-sdk/client-sns';
import { AddPermissionCommand, CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { ClientConfig } from '../../../lab/context.ts';
import { networkDeeds } from './outsiders-network.ts';

export interface Own {
  prefix: string;
  tags: Record<string, string>;
  Tags: { Key: string; Value: string }[];
}

/**
 * A deed is a change that an outsider makes to the environment's resources. A teardown after it ends CLEAN, or with
 * this reason.
 */
export interface Deed {
  does: string;
  ends: 'CLEAN' | RegExp;
  /**
   * @returns ids of what is removed, and of what is reported and stays; and a function that lists the outsider's
   * resources that exist after that
   */
  plant(
    config: ClientConfig,
    own: Own,
  ): Promise<{ gone?: string[]; kept?: string[]; theirs?: () => Promise<unknown[]> }>;
}

const trust = JSON.stringify({ Version: '2012-10-17', Statement: [] });
const PolicyDocument = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }],
});

async function role(config: ClientConfig, { prefix, Tags }: Own) {
  const client = new iam.IAMClient(config);
  const RoleName = `${prefix}-worker-task`;
  await client.send(new iam.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust, Tags }));
  return { client, RoleName };
}

async function database(
  config: ClientConfig,
  { prefix, Tags }: Own,
  changes: Partial<rds.CreateDBInstanceMessage> = {},
) {
  const client = new rds.RDSClient(config);
  const id = `${prefix}-db`;
  const instance = {
    ...{ DBInstanceIdentifier: id, DBInstanceClass: 'db.t4g.micro', Engine: 'postgres', AllocatedStorage: 20 },
    ...{ MasterUsername: 'planted', MasterUserPassword: 'planted-password' },
  };
  await client.send(new rds.CreateDBInstanceCommand({ ...instance, Tags, ...changes }));
  return { client, id, instance };
}

async function rule(config: ClientConfig, Name: string, queue: string) {
  const client = new EventBridgeClient(config);
  await client.send(new PutRuleCommand({ Name, EventPattern: '{"source":["aws.ecs"]}' }));
  const Arn = `arn:aws:sqs:eu-west-1:123456789012:${queue}`;
  await client.send(new PutTargetsCommand({ Rule: Name, Targets: [{ Id: 'theirs', Arn }] }));
  return { client, Name };
}

const rulesOf = async (client: EventBridgeClient, NamePrefix: string) =>
  (await client.send(new ListRulesCommand({ NamePrefix }))).Rules ?? [];

async function topic(config: ClientConfig, { prefix, Tags }: Own) {
  const client = new SNSClient(config);
  const { TopicArn = '' } = await client.send(new CreateTopicCommand({ Name: `${prefix}-alerts`, Tags }));
  return { client, TopicArn };
}

/** Returns the name of a role of the environment that is in a profile. */
async function roleIn(
  config: ClientConfig,
  own: Own,
  profileOf: (name: string) => iam.CreateInstanceProfileCommandInput,
): Promise<string> {
  const { client, RoleName } = await role(config, own);
  const profile = profileOf(RoleName);
  await client.send(new iam.CreateInstanceProfileCommand(profile));
  await client.send(new iam.AddRoleToInstanceProfileCommand({ ...profile, RoleName }));
  return RoleName;
}

export const deeds: Deed[] = [
  ...networkDeeds,
  {
    does: 'attaches a managed policy to a role',
    ends: 'CLEAN',
    async plant(config, own) {
      const { client, RoleName } = await role(config, own);
      await client.send(
        new iam.AttachRolePolicyCommand({ RoleName, PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }),
      );
      return { gone: [RoleName] };
    },
  },
  {
    does: 'adds an inline policy to a role',
    ends: 'CLEAN',
    async plant(config, own) {
      const { client, RoleName } = await role(config, own);
      await client.send(new iam.PutRolePolicyCommand({ RoleName, PolicyName: 'theirs', PolicyDocument }));
      return { gone: [RoleName] };
    },
  },
  {
    does: 'puts a role into an instance profile',
    ends: /it is in the instance profile others-\S+, which has not the environment’s tags[\s\S]*list-instance-profiles-for-role/,
    async plant(config, own) {
      return { kept: [await roleIn(config, own, (name) => ({ InstanceProfileName: `others-${name}` }))] };
    },
  },
  {
    does: 'puts a role into an instance profile with its tags',
    ends: /not for this runbook to remove/,
    async plant(config, own) {
      const { Tags } = own;
      const name = await roleIn(config, own, (InstanceProfileName) => ({ InstanceProfileName, Tags }));
      // The profile has the name of the role, and stays.
      return { gone: [name], kept: [name] };
    },
  },
  {
    does: 'attaches a policy to a role of somebody else',
    ends: /DeleteConflict[\s\S]*used by role others-\S+\. Next: aws iam list-attached-role-policies --role-name others-/,
    async plant(config, { prefix, Tags }) {
      const client = new iam.IAMClient(config);
      const { Policy } = await client.send(
        new iam.CreatePolicyCommand({ PolicyName: `${prefix}-x`, PolicyDocument, Tags }),
      );
      const RoleName = `others-${prefix}`;
      await client.send(new iam.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }));
      await client.send(new iam.AttachRolePolicyCommand({ RoleName, PolicyArn: Policy?.Arn }));
      return { kept: [Policy?.Arn ?? ''] };
    },
  },
  {
    does: 'adds a tag',
    ends: 'CLEAN',
    async plant(config, own) {
      const { client, TopicArn } = await topic(config, own);
      await client.send(new TagResourceCommand({ ResourceArn: TopicArn, Tags: [{ Key: 'cost-center', Value: '1' }] }));
      return { gone: [TopicArn] };
    },
  },
  {
    does: 'subscribes to a topic',
    ends: 'CLEAN',
    async plant(config, own) {
      const { client, TopicArn } = await topic(config, own);
      await client.send(new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'a@example.com' }));
      return { gone: [TopicArn] };
    },
  },
  {
    does: 'adds an action to an alarm',
    ends: 'CLEAN',
    async plant(config, { prefix, Tags }) {
      const AlarmName = `${prefix}-dlq`;
      await new CloudWatchClient(config).send(
        new PutMetricAlarmCommand({
          ...{ AlarmName, Tags, Namespace: 'AWS/SQS', MetricName: 'x', Statistic: 'Sum', Period: 60 },
          ...{ EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: 'GreaterThanThreshold' },
          AlarmActions: ['arn:aws:sns:eu-west-1:123456789012:others'],
        }),
      );
      return { gone: [AlarmName] };
    },
  },
  {
    does: 'adds a target to a rule',
    ends: 'CLEAN',
    async plant(config, { prefix, Tags }) {
      const client = new EventBridgeClient(config);
      const Rule = `${prefix}-task-stopped`;
      await client.send(new PutRuleCommand({ Name: Rule, EventPattern: '{"source":["aws.ecs"]}', Tags }));
      const Arn = 'arn:aws:sns:eu-west-1:123456789012:others';
      await client.send(new PutTargetsCommand({ Rule, Targets: [{ Id: 'theirs', Arn }] }));
      return { gone: [Rule] };
    },
  },
  {
    does: 'makes a rule of the default event bus that sends to a queue',
    ends: 'CLEAN',
    async plant(config, { prefix, tags }) {
      const QueueName = `${prefix}-order-events`;
      await new SQSClient(config).send(new CreateQueueCommand({ QueueName, tags }));
      const { client, Name } = await rule(config, `others-${prefix}`, QueueName);
      return { gone: [QueueName], theirs: () => rulesOf(client, Name) };
    },
  },
  {
    does: "makes a rule of the default event bus with the environment's name",
    ends: /its name alone proves nothing/,
    async plant(config, { prefix }) {
      const { client, Name } = await rule(config, `${prefix}-by-hand`, 'others');
      return { kept: [Name], theirs: () => rulesOf(client, Name) };
    },
  },
  {
    does: 'adds a filter to a log group',
    ends: 'CLEAN',
    async plant(config, { prefix, tags }) {
      const client = new CloudWatchLogsClient(config);
      const logGroupName = `/ecs/${prefix}/worker`;
      await client.send(new CreateLogGroupCommand({ logGroupName, tags }));
      await client.send(
        new PutMetricFilterCommand({
          ...{ logGroupName, filterName: 'theirs', filterPattern: '' },
          metricTransformations: [{ metricName: 'x', metricNamespace: 'others', metricValue: '1' }],
        }),
      );
      return { gone: [logGroupName] };
    },
  },
  {
    does: 'fills a queue, and shares it',
    ends: 'CLEAN',
    async plant(config, { prefix, tags }) {
      const client = new SQSClient(config);
      const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: `${prefix}-orders`, tags }));
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
      await client.send(
        new AddPermissionCommand({ QueueUrl, Label: 'x', AWSAccountIds: ['123456789012'], Actions: ['SendMessage'] }),
      );
      return {};
    },
  },
  {
    does: 'fills a repository',
    ends: 'CLEAN',
    async plant(config, { prefix, Tags }) {
      const client = new ECRClient(config);
      const repositoryName = `${prefix}-api`;
      await client.send(new CreateRepositoryCommand({ repositoryName, tags: Tags }));
      const image = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json', layers: [] };
      await client.send(
        new PutImageCommand({ repositoryName, imageTag: 'theirs', imageManifest: JSON.stringify(image) }),
      );
      return { gone: [repositoryName] };
    },
  },
  {
    does: 'fills a bucket',
    ends: /BucketNotEmpty[\s\S]*Next: aws s3 ls/,
    async plant(config, { prefix, Tags }) {
      const client = new S3Client({ ...config, forcePathStyle: true });
      const Bucket = `${prefix}-uploads`;
      const location = { LocationConstraint: 'eu-west-1' as const };
      await client.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: location }));
      await client.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: Tags } }));
      await client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'a' }));
      return { kept: [Bucket] };
    },
  },
  {
    does: 'protects a database',
    ends: /Next: aws rds modify-db-instance --no-deletion-protection/,
    async plant(config, own) {
      const { id } = await database(config, own, { DeletionProtection: true });
      return { kept: [id] };
    },
  },
  {
    does: 'stops a database',
    ends: 'CLEAN',
    async plant(config, own) {
      const { client, id } = await database(config, own);
      await client.send(new rds.StopDBInstanceCommand({ DBInstanceIdentifier: id }));
      return { gone: [id] };
    },
  },
  {
    does: 'puts a database into a subnet group',
    ends: /used by db instance others-\S+\. Next: aws rds describe-db-instances/,
    async plant(config, own) {
      const { prefix, Tags } = own;
      const client = new rds.RDSClient(config);
      const DBSubnetGroupName = `${prefix}-db`;
      const { EC2Client, DescribeSubnetsCommand } = await import('@aws-sdk/client-ec2');
      const { Subnets } = await new EC2Client(config).send(new DescribeSubnetsCommand({}));
      const SubnetIds = (Subnets ?? [])
        .filter(({ DefaultForAz }) => DefaultForAz)
        .map(({ SubnetId }) => SubnetId ?? '');
      await client.send(
        new rds.CreateDBSubnetGroupCommand({ DBSubnetGroupName, DBSubnetGroupDescription: 'x', SubnetIds, Tags }),
      );
      await database(config, own, { DBInstanceIdentifier: `others-${prefix}`, DBSubnetGroupName, Tags: [] });
      return { kept: [DBSubnetGroupName] };
    },
  },
  {
    does: 'protects a table',
    ends: /Next: aws dynamodb update-table --no-deletion-protection-enabled/,
    async plant(config, { prefix, Tags }) {
      const TableName = `${prefix}-tflock`;
      await new DynamoDBClient(config).send(
        new CreateTableCommand({
          ...{ TableName, Tags, BillingMode: 'PAY_PER_REQUEST', DeletionProtectionEnabled: true },
          AttributeDefinitions: [{ AttributeName: 'LockID', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'LockID', KeyType: 'HASH' }],
        }),
      );
      return { kept: [TableName] };
    },
  },
];
