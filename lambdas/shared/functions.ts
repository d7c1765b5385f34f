import type { HandlerName } from './environment.ts';

/** What a Lambda needs of whoever deploys it, besides its variables. */
export interface FunctionNeeds {
  timeoutSeconds: number;
  memoryMb: number;
  /** Every IAM action that its adapters call; the resources are the deployer's to narrow down. */
  actions: readonly string[];
}

const SWEEP_ACTIONS = [
  's3:GetObject',
  's3:ListBucket',
  'tag:GetResources',
  'ecs:ListClusters',
  'ecs:DescribeClusters',
  'ecs:ListServices',
  'ecs:DescribeServices',
  'ecs:ListTasks',
  'ecs:DescribeTasks',
  'ecs:ListTaskDefinitionFamilies',
  'ecs:ListTaskDefinitions',
  'ecs:DescribeTaskDefinition',
  'rds:DescribeDBInstances',
  'rds:DescribeDBSnapshots',
  'rds:DescribeDBInstanceAutomatedBackups',
  'rds:DescribeDBSubnetGroups',
  'rds:DescribeDBParameterGroups',
  'rds:ListTagsForResource',
  'sqs:ListQueues',
  'sqs:GetQueueUrl',
  'sqs:GetQueueAttributes',
  'elasticloadbalancing:DescribeLoadBalancers',
  'elasticloadbalancing:DescribeListeners',
  'elasticloadbalancing:DescribeTargetGroups',
  'elasticloadbalancing:DescribeTags',
  'ecr:DescribeRepositories',
  'logs:DescribeLogGroups',
  'ec2:DescribeVpcs',
  'ec2:DescribeSubnets',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeNatGateways',
  'ec2:DescribeAddresses',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeRouteTables',
  'ec2:DescribeInternetGateways',
  'ec2:DescribeVpcEndpoints',
  'iam:ListRoles',
  'iam:GetRole',
  'iam:ListPolicies',
  'iam:GetPolicy',
  'secretsmanager:ListSecrets',
  'secretsmanager:DescribeSecret',
  'sns:ListTopics',
  'sns:GetTopicAttributes',
  'cloudwatch:DescribeAlarms',
  'cloudwatch:ListDashboards',
  'cloudwatch:GetDashboard',
  'events:ListRules',
  'events:DescribeRule',
  'application-autoscaling:DescribeScalableTargets',
  's3:ListAllMyBuckets',
  'dynamodb:ListTables',
  'dynamodb:DescribeTable',
] as const;

export const FUNCTIONS: Record<HandlerName, FunctionNeeds> = {
  preflight: { timeoutSeconds: 30, memoryMb: 256, actions: ['sts:GetCallerIdentity', 'dynamodb:GetItem'] },
  claim: {
    timeoutSeconds: 60,
    memoryMb: 256,
    actions: [
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
      'states:DescribeExecution',
      'states:StopExecution',
      'codebuild:ListBuildsForProject',
      'codebuild:BatchGetBuilds',
      // Reads the bundle where the CDK put it, looks for and writes the run's own copy.
      's3:GetObject',
      's3:ListBucket',
      's3:PutObject',
    ],
  },
  outputs: { timeoutSeconds: 30, memoryMb: 256, actions: ['s3:GetObject', 's3:ListBucket', 'dynamodb:UpdateItem'] },
  'check-ecs-services': {
    timeoutSeconds: 60,
    memoryMb: 256,
    actions: ['ecs:DescribeServices', 'ecs:ListTasks', 'ecs:DescribeTasks'],
  },
  'check-alb-health': {
    timeoutSeconds: 60,
    memoryMb: 256,
    actions: [
      'elasticloadbalancing:DescribeTargetHealth',
      'elasticloadbalancing:DescribeTargetGroups',
      'elasticloadbalancing:DescribeLoadBalancers',
    ],
  },
  'check-worker-logs': {
    timeoutSeconds: 60,
    memoryMb: 256,
    actions: ['ecs:DescribeServices', 'logs:DescribeLogGroups', 'logs:DescribeLogStreams', 'logs:FilterLogEvents'],
  },
  'check-e2e-order': {
    timeoutSeconds: 180,
    memoryMb: 256,
    actions: [
      'elasticloadbalancing:DescribeTargetGroups',
      'elasticloadbalancing:DescribeLoadBalancers',
      'sqs:GetQueueAttributes',
      'logs:FilterLogEvents',
    ],
  },
  'check-sqs-backlog': { timeoutSeconds: 120, memoryMb: 256, actions: ['sqs:GetQueueAttributes'] },
  'check-ecr-images': {
    timeoutSeconds: 60,
    memoryMb: 256,
    actions: ['ecr:DescribeImages', 'ecs:DescribeServices', 'ecs:ListTasks', 'ecs:DescribeTasks'],
  },
  'check-backend': {
    timeoutSeconds: 60,
    memoryMb: 256,
    actions: [
      's3:GetBucketVersioning',
      's3:GetEncryptionConfiguration',
      's3:GetBucketPublicAccessBlock',
      's3:ListBucket',
      's3:GetObject',
      'dynamodb:DescribeTable',
    ],
  },
  evidence: { timeoutSeconds: 60, memoryMb: 256, actions: ['s3:PutObject', 'dynamodb:UpdateItem'] },
  inventory: { timeoutSeconds: 60, memoryMb: 512, actions: ['s3:GetObject', 's3:ListBucket', 's3:PutObject'] },
  'empty-bucket': {
    timeoutSeconds: 900,
    memoryMb: 512,
    actions: ['s3:GetBucketTagging', 's3:ListBucketVersions', 's3:DeleteObject', 's3:DeleteObjectVersion'],
  },
  'sweep-service': { timeoutSeconds: 300, memoryMb: 512, actions: SWEEP_ACTIONS },
  verdict: { timeoutSeconds: 60, memoryMb: 256, actions: ['s3:PutObject', 'dynamodb:UpdateItem'] },
  'execution-ended': {
    timeoutSeconds: 60,
    memoryMb: 256,
    actions: ['dynamodb:UpdateItem', 'states:StartExecution', 'states:DescribeExecution', 'sns:Publish'],
  },
};
