import { ApplicationAutoScalingClient, RegisterScalableTargetCommand } from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeSecurityGroupsCommand, DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CreateRepositoryCommand, ECRClient } from '@aws-sdk/client-ecr';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
} from '@aws-sdk/client-ecs';
import { EventBridgeClient, PutRuleCommand } from '@aws-sdk/client-eventbridge';
import { CreateInstanceProfileCommand, CreatePolicyCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { ClientConfig } from '../../../lab/context.ts';
import type { SweepService } from '../../../lambdas/contracts/sweep-request.ts';
import { plantAlarms } from './planted-alarms.ts';
import { plantBucket, plantKey, plantRds, plantSecrets, plantTable } from './planted-data.ts';
import { plantBalancer, plantEc2 } from './planted-network.ts';

type Plant = (config: ClientConfig, prefix: string) => Promise<unknown>;

const trust = JSON.stringify({ Version: '2012-10-17', Statement: [] });
const policy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' }],
});

/** Each plant creates one or more things of a service whose names begin with `prefix`, without any tag. */
export const PLANTS: Record<Exclude<SweepService, 'tagging'>, Plant> = {
  ecs: async (config, prefix) => {
    const ecs = new ECSClient(config);
    await ecs.send(new CreateClusterCommand({ clusterName: `${prefix}-cluster` }));
    await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: `${prefix}-api`,
        networkMode: 'awsvpc',
        requiresCompatibilities: ['FARGATE'],
        cpu: '256',
        memory: '512',
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
    const ec2 = new EC2Client(config);
    const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({}));
    const { Subnets } = await ec2.send(new DescribeSubnetsCommand({}));
    await ecs.send(
      new RunTaskCommand({
        cluster: `${prefix}-cluster`,
        taskDefinition: `${prefix}-api`,
        launchType: 'FARGATE',
        networkConfiguration: {
          awsvpcConfiguration: {
            subnets: [Subnets?.[0]?.SubnetId ?? ''],
            securityGroups: [SecurityGroups?.[0]?.GroupId ?? ''],
          },
        },
      }),
    );
  },
  rds: plantRds,
  sqs: (config, prefix) => new SQSClient(config).send(new CreateQueueCommand({ QueueName: `${prefix}-order-events` })),
  elbv2: plantBalancer,
  ecr: (config, prefix) => new ECRClient(config).send(new CreateRepositoryCommand({ repositoryName: `${prefix}-api` })),
  logs: async (config, prefix) => {
    const logs = new CloudWatchLogsClient(config);
    await logs.send(new CreateLogGroupCommand({ logGroupName: `/ecs/${prefix}/worker` }));
    await logs.send(new CreateLogGroupCommand({ logGroupName: `/aws/rds/instance/${prefix}-db/postgresql` }));
  },
  ec2: plantEc2,
  iam: async (config, prefix) => {
    const iam = new IAMClient(config);
    await iam.send(new CreateRoleCommand({ RoleName: `${prefix}-execution`, AssumeRolePolicyDocument: trust }));
    await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: `${prefix}-host` }));
    await iam.send(new CreatePolicyCommand({ PolicyName: `${prefix}-extra`, PolicyDocument: policy }));
  },
  secretsmanager: plantSecrets,
  sns: (config, prefix) => new SNSClient(config).send(new CreateTopicCommand({ Name: `${prefix}-alerts` })),
  cloudwatch: plantAlarms,
  events: (config, prefix) =>
    new EventBridgeClient(config).send(
      new PutRuleCommand({ Name: `${prefix}-task-stopped`, EventPattern: '{"source":["aws.ecs"]}' }),
    ),
  /** The plant needs the service that `ecs` creates. */
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
  s3: plantBucket,
  dynamodb: plantTable,
  kms: plantKey,
  cloudcontrol: (config, prefix) =>
    new SSMClient(config).send(new PutParameterCommand({ Name: `/${prefix}/flag`, Value: 'x', Type: 'String' })),
};
