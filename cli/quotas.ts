import {
  DescribeAddressesCommand,
  EC2Client,
  paginateDescribeNatGateways,
  paginateDescribeVpcs,
} from '@aws-sdk/client-ec2';
import { DescribeTasksCommand, ECSClient, paginateListClusters, paginateListTasks } from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2Client, paginateDescribeLoadBalancers } from '@aws-sdk/client-elastic-load-balancing-v2';
import { paginateDescribeDBInstances, RDSClient } from '@aws-sdk/client-rds';
import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  NoSuchResourceException,
  ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import { type BuildPlatform, buildsAtOnce, smallBuildsOf } from '../lambdas/contracts/build-quota.ts';
import type { Diagnosis } from './diagnose.ts';

interface QuotaId {
  service: string;
  code: string;
}

interface Quota extends QuotaId {
  name: string;
  /** One environment of the order platform needs this much. The value is 0 if only another stack needs it. */
  needs: number;
  inUse(): Promise<number>;
}

/**
 * Checks whether the region has room for one more environment. A quota that cannot be read is unknown.
 * @param platforms of the build projects
 */
export function quotaDiagnoses(
  region: string,
  environments: number,
  platforms: readonly BuildPlatform[],
): Promise<Diagnosis[]> {
  const quotas = new ServiceQuotasClient({ region });
  const allowedOf = (quota: QuotaId) => allowed(quotas, quota);
  return Promise.all([
    ...quotasOf(region).map((quota) => diagnoseQuota(quota, allowedOf, region)),
    ...platforms.map((platform) => diagnoseBuilds(allowedOf, environments, region, platform)),
  ]);
}

/**
 * Checks the quota of builds. Builds wait for each other under a low quota, and none starts under 0. The function
 * depends only on its parameters.
 */
export async function diagnoseBuilds(
  allowedOf: (quota: QuotaId) => Promise<number>,
  environments: number,
  region: string,
  platform: BuildPlatform,
): Promise<Diagnosis> {
  const quota = smallBuildsOf(platform);
  const name = `CodeBuild concurrent builds${platform === 'ARM_CONTAINER' ? '' : ' of x86-64 images'}`;
  const atOnce = buildsAtOnce(environments);
  const needs = `an environment takes 1, and ${atOnce} environments ${atOnce}`;
  const fix = `${increaseOf(quota, region)} ${atOnce}`;
  try {
    const limit = await allowedOf(quota);
    const detail = `${limit} at once (${quota.name})`;
    if (limit >= atOnce) return { name, status: 'ok', detail };
    if (limit < 1) {
      const waits = platform === 'ARM_CONTAINER' ? 'every provision, deployment and teardown' : 'every build of images';
      const none = `${detail}: ${waits} waits for a build that cannot start`;
      return { name, status: 'failed', detail: none, fix };
    }
    const slow = `${detail}: ${needs}; the others wait, ${5 * limit} of them in CodeBuild's queue`;
    return { name, status: 'warning', detail: slow, fix };
  } catch (error) {
    return unread(name, quota, needs, region, error);
  }
}

/** The function depends only on its parameters. */
export async function diagnoseQuota(
  quota: Quota,
  allowedOf: (quota: Quota) => Promise<number>,
  region: string,
): Promise<Diagnosis> {
  const { name, needs } = quota;
  const increase = increaseOf(quota, region);
  try {
    const [limit, used] = await Promise.all([allowedOf(quota), quota.inUse()]);
    const detail = `${used} of ${limit} in use, an environment takes ${needs}`;
    if (used + needs <= limit) return { name, status: 'ok', detail };
    return { name, status: 'failed', detail, fix: `${increase} ${Math.ceil(used + needs)}` };
  } catch (error) {
    return unread(name, quota, `an environment takes ${needs}`, region, error);
  }
}

function increaseOf({ service, code }: QuotaId, region: string): string {
  return `aws service-quotas request-service-quota-increase --region ${region} --service-code ${service} --quota-code ${code} --desired-value`;
}

function unread(name: string, { service, code }: QuotaId, needs: string, region: string, error: unknown): Diagnosis {
  const detail = `cannot be read (${error instanceof Error ? error.name : error}); ${needs}`;
  return { name, status: 'unknown', detail, fix: `check it in Service Quotas of ${region}: ${service} ${code}` };
}

async function allowed(client: ServiceQuotasClient, { service, code }: QuotaId): Promise<number> {
  const asked = { ServiceCode: service, QuotaCode: code };
  const { Quota } = await client.send(new GetServiceQuotaCommand(asked)).catch((error) => {
    // A quota that was never increased has only its default.
    if (error instanceof NoSuchResourceException) return client.send(new GetAWSDefaultServiceQuotaCommand(asked));
    throw error;
  });
  if (Quota?.Value === undefined) throw new Error(`${service} ${code} has no value`);
  return Quota.Value;
}

export function quotasOf(region: string): Quota[] {
  const ec2 = new EC2Client({ region });
  const ecs = new ECSClient({ region });
  const elb = new ElasticLoadBalancingV2Client({ region });
  const rds = new RDSClient({ region });
  return [
    {
      ...{ name: 'VPCs', service: 'vpc', code: 'L-F678F1CE', needs: 1 },
      inUse: () => count(paginateDescribeVpcs({ client: ec2 }, {}), ({ Vpcs = [] }) => Vpcs.length),
    },
    {
      ...{ name: 'Elastic IPs', service: 'ec2', code: 'L-0263D0A3', needs: 0 },
      inUse: async () => (await ec2.send(new DescribeAddressesCommand({}))).Addresses?.length ?? 0,
    },
    {
      // The count covers all zones, so it is never less than in one zone.
      ...{ name: 'NAT gateways in a zone', service: 'vpc', code: 'L-FE5A380F', needs: 0 },
      inUse: () =>
        count(
          paginateDescribeNatGateways(
            { client: ec2 },
            { Filter: [{ Name: 'state', Values: ['pending', 'available', 'deleting'] }] },
          ),
          ({ NatGateways = [] }) => NatGateways.length,
        ),
    },
    {
      ...{ name: 'application load balancers', service: 'elasticloadbalancing', code: 'L-53DA6B97', needs: 1 },
      inUse: () =>
        count(
          paginateDescribeLoadBalancers({ client: elb }, {}),
          ({ LoadBalancers = [] }) => LoadBalancers.filter(({ Type }) => Type === 'application').length,
        ),
    },
    {
      ...{ name: 'database instances', service: 'rds', code: 'L-7B6409FD', needs: 1 },
      inUse: () =>
        count(paginateDescribeDBInstances({ client: rds }, {}), ({ DBInstances = [] }) => DBInstances.length),
    },
    {
      // An environment runs two tasks of a quarter vCPU each, and their successors at the same time during a rollout.
      ...{ name: 'Fargate vCPUs', service: 'fargate', code: 'L-3032A538', needs: 1 },
      inUse: () => fargateVcpus(ecs),
    },
    {
      // A validation runs all its checks at once, and other functions may run too. The current number of executions is
      // not counted.
      ...{ name: 'Lambda concurrent executions', service: 'lambda', code: 'L-B99A9384', needs: 10 },
      inUse: async () => 0,
    },
  ];
}

async function count<P>(pages: AsyncIterable<P>, sizeOf: (page: P) => number): Promise<number> {
  let sum = 0;
  for await (const page of pages) sum += sizeOf(page);
  return sum;
}

async function fargateVcpus(client: ECSClient): Promise<number> {
  let units = 0;
  for await (const { clusterArns = [] } of paginateListClusters({ client }, {})) {
    for (const cluster of clusterArns) {
      for await (const { taskArns: tasks = [] } of paginateListTasks({ client }, { cluster, launchType: 'FARGATE' })) {
        if (tasks.length === 0) continue;
        const described = await client.send(new DescribeTasksCommand({ cluster, tasks }));
        units += (described.tasks ?? []).reduce((sum, { cpu }) => sum + Number(cpu ?? 0), 0);
      }
    }
  }
  return units / 1_024;
}
