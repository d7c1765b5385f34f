import { ApplicationAutoScalingClient, RegisterScalableTargetCommand } from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as ec2 from '@aws-sdk/client-ec2';
import { CreateRepositoryCommand, ECRClient } from '@aws-sdk/client-ecr';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import * as iam from '@aws-sdk/client-iam';
import * as rds from '@aws-sdk/client-rds';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { ClientConfig } from '../../../lab/context.ts';
import { plantAlarms } from './planted-alarms.ts';

const trust = JSON.stringify({ Version: '2012-10-17', Statement: [] });
const policy = (Resource: string) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource }] });

/**
 * Plants everything that a killed build may leave, as Terraform creates it: with tags, except for what can have none.
 */
export async function plantTagged(
  config: ClientConfig,
  environment: string,
  prefix = `order-platform-${environment}-v3`,
): Promise<void> {
  const values = { project: 'order-platform', environment };
  const Tags = Object.entries(values).map(([Key, Value]) => ({ Key, Value }));
  const tags = Object.entries(values).map(([key, value]) => ({ key, value }));
  const { subnets, group } = await plantNetwork(config, prefix, Tags);
  await plantDatabase(config, prefix, Tags, subnets);
  await plantCompute(config, prefix, { Tags, tags }, subnets, group);
  await plantRest(config, prefix, { Tags, values });
}

type Tags = { Key: string; Value: string }[];
type LowerTags = { key: string; value: string }[];

async function plantNetwork(config: ClientConfig, prefix: string, Tags: Tags) {
  const client = new ec2.EC2Client(config);
  const tagged = (type: ec2.ResourceType) => ({ TagSpecifications: [{ ResourceType: type, Tags }] });
  const { Vpc } = await client.send(new ec2.CreateVpcCommand({ CidrBlock: '10.8.0.0/16', ...tagged('vpc') }));
  const VpcId = Vpc?.VpcId ?? '';
  const subnets: string[] = [];
  for (const [index, AvailabilityZone] of ['eu-west-1a', 'eu-west-1b'].entries()) {
    const CidrBlock = `10.8.${index}.0/24`;
    const { Subnet } = await client.send(
      new ec2.CreateSubnetCommand({ VpcId, CidrBlock, AvailabilityZone, ...tagged('subnet') }),
    );
    subnets.push(Subnet?.SubnetId ?? '');
  }
  const { InternetGateway } = await client.send(new ec2.CreateInternetGatewayCommand(tagged('internet-gateway')));
  const InternetGatewayId = InternetGateway?.InternetGatewayId;
  await client.send(new ec2.AttachInternetGatewayCommand({ VpcId, InternetGatewayId }));
  const { RouteTable } = await client.send(new ec2.CreateRouteTableCommand({ VpcId, ...tagged('route-table') }));
  const RouteTableId = RouteTable?.RouteTableId;
  await client.send(new ec2.AssociateRouteTableCommand({ RouteTableId, SubnetId: subnets[0] }));
  const groups: string[] = [];
  for (const name of ['api', 'db']) {
    const { GroupId = '' } = await client.send(
      new ec2.CreateSecurityGroupCommand({
        GroupName: `${prefix}-${name}`,
        Description: 'planted',
        VpcId,
        ...tagged('security-group'),
      }),
    );
    groups.push(GroupId);
  }
  // Each group names the other.
  for (const [GroupId, other] of [groups, [...groups].reverse()]) {
    const IpPermissions = [{ IpProtocol: 'tcp', FromPort: 1, ToPort: 1, UserIdGroupPairs: [{ GroupId: other }] }];
    await client.send(new ec2.AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
  }
  await client.send(new ec2.AllocateAddressCommand({ Domain: 'vpc', ...tagged('elastic-ip') }));
  await client.send(new ec2.CreateNetworkInterfaceCommand({ SubnetId: subnets[1], ...tagged('network-interface') }));
  return { subnets, group: groups[0] ?? '' };
}

async function plantDatabase(config: ClientConfig, prefix: string, Tags: Tags, SubnetIds: string[]): Promise<void> {
  const client = new rds.RDSClient(config);
  const name = `${prefix}-db`;
  await client.send(
    new rds.CreateDBSubnetGroupCommand({ DBSubnetGroupName: name, DBSubnetGroupDescription: 'x', SubnetIds, Tags }),
  );
  await client.send(
    new rds.CreateDBParameterGroupCommand({
      DBParameterGroupName: name,
      DBParameterGroupFamily: 'postgres17',
      Description: 'planted',
      Tags,
    }),
  );
  await client.send(
    new rds.CreateDBInstanceCommand({
      DBInstanceIdentifier: name,
      DBInstanceClass: 'db.t4g.micro',
      Engine: 'postgres',
      AllocatedStorage: 20,
      MasterUsername: 'planted',
      MasterUserPassword: 'planted-password',
      DBSubnetGroupName: name,
      Tags,
    }),
  );
  await client.send(
    new rds.CreateDBSnapshotCommand({ DBInstanceIdentifier: name, DBSnapshotIdentifier: `${prefix}-manual`, Tags }),
  );
}

async function plantCompute(
  config: ClientConfig,
  prefix: string,
  { Tags, tags }: { Tags: Tags; tags: LowerTags },
  Subnets: string[],
  group: string,
): Promise<void> {
  const loadBalancers = new elb.ElasticLoadBalancingV2Client(config);
  await loadBalancers.send(
    new elb.CreateLoadBalancerCommand({ Name: `${prefix}-alb`, Subnets, SecurityGroups: [group], Tags }),
  );
  await loadBalancers.send(new elb.CreateTargetGroupCommand({ Name: `${prefix}-tg`, TargetType: 'lambda', Tags }));
  const ecs = new ECSClient(config);
  const cluster = `${prefix}-cluster`;
  await ecs.send(new CreateClusterCommand({ clusterName: cluster, tags }));
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: `${prefix}-api`,
      containerDefinitions: [{ name: 'api', image: 'x', memory: 128 }],
      tags,
    }),
  );
  const serviceName = `${prefix}-api-svc`;
  await ecs.send(
    new CreateServiceCommand({ cluster, serviceName, taskDefinition: `${prefix}-api`, desiredCount: 0, tags }),
  );
  await new ApplicationAutoScalingClient(config).send(
    new RegisterScalableTargetCommand({
      ServiceNamespace: 'ecs',
      ResourceId: `service/${cluster}/${serviceName}`,
      ScalableDimension: 'ecs:service:DesiredCount',
      MinCapacity: 1,
      MaxCapacity: 2,
      Tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])),
    }),
  );
  await new ECRClient(config).send(new CreateRepositoryCommand({ repositoryName: `${prefix}-api`, tags: Tags }));
}

async function plantRest(
  config: ClientConfig,
  prefix: string,
  { Tags, values }: { Tags: Tags; values: Record<string, string> },
): Promise<void> {
  await new SQSClient(config).send(new CreateQueueCommand({ QueueName: `${prefix}-order-events`, tags: values }));
  const { TopicArn } = await new SNSClient(config).send(new CreateTopicCommand({ Name: `${prefix}-alerts`, Tags }));
  const events = new EventBridgeClient(config);
  const Rule = `${prefix}-task-stopped`;
  await events.send(new PutRuleCommand({ Name: Rule, EventPattern: '{"source":["aws.ecs"]}', Tags }));
  await events.send(new PutTargetsCommand({ Rule, Targets: [{ Id: 'alerts', Arn: TopicArn }] }));

  const roles = new iam.IAMClient(config);
  const RoleName = `${prefix}-execution`;
  await roles.send(new iam.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust, Tags }));
  await roles.send(
    new iam.PutRolePolicyCommand({ RoleName, PolicyName: 'inline', PolicyDocument: policy('arn:aws:s3:::a/*') }),
  );
  const { Policy } = await roles.send(
    new iam.CreatePolicyCommand({ PolicyName: `${prefix}-x`, PolicyDocument: policy('arn:aws:s3:::b/*'), Tags }),
  );
  await roles.send(new iam.AttachRolePolicyCommand({ RoleName, PolicyArn: Policy?.Arn }));
  await roles.send(
    new iam.CreatePolicyVersionCommand({
      PolicyArn: Policy?.Arn,
      PolicyDocument: policy('arn:aws:s3:::c/*'),
      SetAsDefault: true,
    }),
  );

  const logs = new CloudWatchLogsClient(config);
  await logs.send(new CreateLogGroupCommand({ logGroupName: `/ecs/${prefix}/worker`, tags: values }));
  await logs.send(new CreateLogGroupCommand({ logGroupName: `/ecs/${prefix}/api` }));
  await plantAlarms(config, prefix, Tags);
  await new SecretsManagerClient(config).send(
    new CreateSecretCommand({ Name: `${prefix}-token`, SecretString: 'x', Tags }),
  );
  await new S3Client({ ...config, forcePathStyle: true }).send(
    new CreateBucketCommand({
      Bucket: `${prefix}-tfstate-123456789012`,
      CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' },
    }),
  );
  await new DynamoDBClient(config).send(
    new CreateTableCommand({
      TableName: `${prefix}-tflock`,
      AttributeDefinitions: [{ AttributeName: 'LockID', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'LockID', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      Tags,
    }),
  );
}
