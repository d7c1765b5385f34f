import {
  ApplicationAutoScalingClient,
  paginateDescribeScalableTargets,
} from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient, paginateListTables } from '@aws-sdk/client-dynamodb';
import * as ec2 from '@aws-sdk/client-ec2';
import { ECRClient, paginateDescribeRepositories } from '@aws-sdk/client-ecr';
import { ECSClient, paginateListClusters } from '@aws-sdk/client-ecs';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import { IAMClient, paginateListPolicies, paginateListRoles } from '@aws-sdk/client-iam';
import { paginateDescribeDBInstances, paginateDescribeDBSnapshots, RDSClient } from '@aws-sdk/client-rds';
import { paginateListSecrets, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { paginateListTopics, SNSClient } from '@aws-sdk/client-sns';
import { paginateListQueues, SQSClient } from '@aws-sdk/client-sqs';

/**
 * This program is the obvious first solution: it lists everything, and searches for the prefix. Every SDK client has
 * the retry mode of the sweep's own clients, with more attempts. The argument is the prefix. The program prints
 * `{found, rssMb}`.
 */
const prefix = process.argv[2] ?? '';
const config = { maxAttempts: 20, retryMode: 'adaptive' };
const client = new ec2.EC2Client(config);
const pageSize = { pageSize: 100 };

const lists: AsyncIterable<unknown>[] = [
  ec2.paginateDescribeNetworkInterfaces({ client, pageSize: 1_000 }, {}),
  ec2.paginateDescribeSecurityGroups({ client, pageSize: 1_000 }, {}),
  ec2.paginateDescribeSnapshots({ client, pageSize: 1_000 }, { OwnerIds: ['self'] }),
  ec2.paginateDescribeVolumes({ client, pageSize: 500 }, {}),
  ec2.paginateDescribeInstances({ client, pageSize: 1_000 }, {}),
  ec2.paginateDescribeSubnets({ client, pageSize: 1_000 }, {}),
  ec2.paginateDescribeVpcs({ client, pageSize: 1_000 }, {}),
  ec2.paginateDescribeNatGateways({ client, pageSize: 1_000 }, {}),
  paginateDescribeLogGroups({ client: new CloudWatchLogsClient(config), pageSize: 50 }, {}),
  paginateDescribeAlarms({ client: new CloudWatchClient(config), ...pageSize }, {}),
  paginateListQueues({ client: new SQSClient(config), pageSize: 1_000 }, {}),
  paginateListSecrets({ client: new SecretsManagerClient(config), ...pageSize }, { Filters: [] }),
  paginateListRoles({ client: new IAMClient(config), ...pageSize }, {}),
  paginateListPolicies({ client: new IAMClient(config), ...pageSize }, { Scope: 'Local' }),
  paginateListTopics({ client: new SNSClient(config) }, {}),
  paginateDescribeRepositories({ client: new ECRClient(config), ...pageSize }, {}),
  paginateDescribeDBInstances({ client: new RDSClient(config), ...pageSize }, {}),
  paginateDescribeDBSnapshots({ client: new RDSClient(config), ...pageSize }, {}),
  paginateListTables({ client: new DynamoDBClient(config), ...pageSize }, {}),
  elb.paginateDescribeLoadBalancers({ client: new elb.ElasticLoadBalancingV2Client(config), ...pageSize }, {}),
  elb.paginateDescribeTargetGroups({ client: new elb.ElasticLoadBalancingV2Client(config), ...pageSize }, {}),
  paginateListClusters({ client: new ECSClient(config), ...pageSize }, {}),
  paginateDescribeScalableTargets(
    { client: new ApplicationAutoScalingClient(config), pageSize: 50 },
    { ServiceNamespace: 'ecs' },
  ),
];

async function all(list: AsyncIterable<unknown>): Promise<unknown[]> {
  const pages: unknown[] = [];
  for await (const page of list) pages.push(page);
  return pages;
}

const pages = await Promise.all(lists.map(all));
const things = pages.flat(2).flatMap((page) =>
  Object.values(page as object)
    .filter(Array.isArray)
    .flat(),
);
const found = things.filter((thing) => JSON.stringify(thing).includes(prefix)).length;
console.log(JSON.stringify({ found, rssMb: process.resourceUsage().maxRSS / 1_024 }));
