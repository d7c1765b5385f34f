import { ApplicationAutoScalingClient, RegisterScalableTargetCommand } from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient, PutDashboardCommand, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateSecurityGroupCommand, CreateSubnetCommand, CreateVpcCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CreateRepositoryCommand, ECRClient } from '@aws-sdk/client-ecr';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import { CreateTargetGroupCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { EventBridgeClient, PutRuleCommand } from '@aws-sdk/client-eventbridge';
import { CreatePolicyCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateDBParameterGroupCommand, RDSClient } from '@aws-sdk/client-rds';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { ClientConfig } from '../../../lab/context.ts';
import type { SweepService } from '../../../lambdas/shared/request.ts';

type Plant = (config: ClientConfig, prefix: string) => Promise<unknown>;

const trust = JSON.stringify({ Version: '2012-10-17', Statement: [] });
const policy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' }],
});

/** Makes one or more things of a service whose names begin with `prefix`, without any tag. */
export const PLANTS: Record<Exclude<SweepService, 'tagging'>, Plant> = {
  ecs: async (config, prefix) => {
    const ecs = new ECSClient(config);
    await ecs.send(new CreateClusterCommand({ clusterName: `${prefix}-cluster` }));
    await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: `${prefix}-api`,
        containerDefinitions: [{ name: 'api', image: 'x', memory: 128 }],
      }),
    );
    await ecs.send(
      new CreateServiceCommand({
        cluster: `${prefix}-cluster`,
        serviceName: `${prefix}-api-svc`,
        taskDefinition: `${prefix}-api`,
        desiredCount: 0,
      }),
    );
  },
  rds: (config, prefix) =>
    new RDSClient(config).send(
      new CreateDBParameterGroupCommand({
        DBParameterGroupName: `${prefix}-db`,
        DBParameterGroupFamily: 'postgres17',
        Description: 'planted',
      }),
    ),
  sqs: (config, prefix) => new SQSClient(config).send(new CreateQueueCommand({ QueueName: `${prefix}-order-events` })),
  elbv2: (config, prefix) =>
    new ElasticLoadBalancingV2Client(config).send(
      new CreateTargetGroupCommand({ Name: `${prefix}-tg`, TargetType: 'lambda' }),
    ),
  ecr: (config, prefix) => new ECRClient(config).send(new CreateRepositoryCommand({ repositoryName: `${prefix}-api` })),
  logs: async (config, prefix) => {
    const logs = new CloudWatchLogsClient(config);
    await logs.send(new CreateLogGroupCommand({ logGroupName: `/ecs/${prefix}/worker` }));
    await logs.send(new CreateLogGroupCommand({ logGroupName: `/aws/rds/instance/${prefix}-db/postgresql` }));
  },
  ec2: async (config, prefix) => {
    const ec2 = new EC2Client(config);
    const { Vpc } = await ec2.send(
      new CreateVpcCommand({
        CidrBlock: '10.9.0.0/16',
        TagSpecifications: [{ ResourceType: 'vpc', Tags: [{ Key: 'Name', Value: prefix }] }],
      }),
    );
    await ec2.send(new CreateSubnetCommand({ VpcId: Vpc?.VpcId, CidrBlock: '10.9.0.0/24' }));
    await ec2.send(
      new CreateSecurityGroupCommand({ GroupName: `${prefix}-alb`, Description: 'planted', VpcId: Vpc?.VpcId }),
    );
  },
  iam: async (config, prefix) => {
    const iam = new IAMClient(config);
    await iam.send(new CreateRoleCommand({ RoleName: `${prefix}-execution`, AssumeRolePolicyDocument: trust }));
    await iam.send(new CreatePolicyCommand({ PolicyName: `${prefix}-extra`, PolicyDocument: policy }));
  },
  secretsmanager: (config, prefix) =>
    new SecretsManagerClient(config).send(new CreateSecretCommand({ Name: `${prefix}-token`, SecretString: 'x' })),
  sns: (config, prefix) => new SNSClient(config).send(new CreateTopicCommand({ Name: `${prefix}-alerts` })),
  cloudwatch: async (config, prefix) => {
    const cloudwatch = new CloudWatchClient(config);
    await cloudwatch.send(
      new PutMetricAlarmCommand({
        AlarmName: `${prefix}-5xx`,
        MetricName: 'm',
        Namespace: 'n',
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanThreshold',
      }),
    );
    await cloudwatch.send(new PutDashboardCommand({ DashboardName: prefix, DashboardBody: '{"widgets":[]}' }));
  },
  events: (config, prefix) =>
    new EventBridgeClient(config).send(
      new PutRuleCommand({ Name: `${prefix}-task-stopped`, EventPattern: '{"source":["aws.ecs"]}' }),
    ),
  /** Needs the service that `ecs` makes. */
  'application-autoscaling': (config, prefix) =>
    new ApplicationAutoScalingClient(config).send(
      new RegisterScalableTargetCommand({
        ServiceNamespace: 'ecs',
        ResourceId: `service/${prefix}-cluster/${prefix}-api-svc`,
        ScalableDimension: 'ecs:service:DesiredCount',
        MinCapacity: 1,
        MaxCapacity: 2,
      }),
    ),
  s3: (config, prefix) =>
    new S3Client(config).send(
      new CreateBucketCommand({
        Bucket: `${prefix}-tfstate-123456789012`,
        CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' },
      }),
    ),
  dynamodb: (config, prefix) =>
    new DynamoDBClient(config).send(
      new CreateTableCommand({
        TableName: `${prefix}-tflock`,
        AttributeDefinitions: [{ AttributeName: 'LockID', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'LockID', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    ),
};
