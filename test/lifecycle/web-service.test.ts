import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { DescribeRepositoriesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { DescribeClustersCommand, ECSClient, ListClustersCommand } from '@aws-sdk/client-ecs';
import {
  DeregisterTargetsCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Account } from './support.ts';

/** A life of a web service whose root is made of modules, with an npm script as a check. The tests build on each other. */

const ENVIRONMENT = 'life';
const PREFIX = `web-${ENVIRONMENT}-v1`;
let account: Account;
let ecs: ECSClient;
let elb: ElasticLoadBalancingV2Client;
let ec2: EC2Client;
let ecr: ECRClient;

beforeAll(async () => {
  account = await Account.open({ config: 'examples/web-service/runbook.config.ts', settleSeconds: 5 });
  const { client } = account.lab.context;
  ecs = new ECSClient(client);
  elb = new ElasticLoadBalancingV2Client(client);
  ec2 = new EC2Client(client);
  ecr = new ECRClient(client);
});
afterAll(async () => {
  for (const client of [ec2, ecr, ecs, elb]) client?.destroy();
  await account?.close();
});

const checksOf = (checks: readonly { check: string; status: string }[]) =>
  checks.map(({ check, status }) => `${check} ${status}`).sort();

test('provisions the service, and runs the team’s own script against it', async () => {
  const end = await account.run('provision', { environment: ENVIRONMENT, ttlHours: 1 });
  expect(end, end.cause).toMatchObject({ status: 'SUCCEEDED' });
  expect(checksOf(end.checks)).toEqual([
    'alb-health passed',
    'backend passed',
    'ecr-images passed',
    'ecs-services passed',
    'smoke passed',
  ]);
  expect(end.checks.find(({ check }) => check === 'smoke')?.observed).toContain('passed');
});

test('fails the script’s check when nothing answers behind the load balancer', async () => {
  const { TargetGroups = [] } = await elb.send(new DescribeTargetGroupsCommand({}));
  for (const { TargetGroupArn } of TargetGroups) {
    const { TargetHealthDescriptions = [] } = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
    const Targets = TargetHealthDescriptions.flatMap(({ Target }) => Target ?? []);
    expect(Targets.length).toBeGreaterThan(0);
    await elb.send(new DeregisterTargetsCommand({ TargetGroupArn, Targets }));
  }
  const broken = await account.run('validate', { environment: ENVIRONMENT, checks: ['smoke'] });
  expect(broken).toMatchObject({ status: 'FAILED', error: 'ValidationFailed' });
  expect(checksOf(broken.checks)).toEqual(['smoke failed']);
  const { lastValidation, lastPartialValidation } = await account.record(ENVIRONMENT);
  expect([lastValidation?.verdict, lastPartialValidation?.verdict]).toEqual(['PASSED', 'FAILED']);
});

test('tears all of it down, and proves that nothing is left', async () => {
  const end = await account.run('teardown', { environment: ENVIRONMENT });
  expect(end, end.cause).toMatchObject({
    status: 'SUCCEEDED',
    sweep: { verdict: 'CLEAN', leftovers: [], unknown: [] },
  });
  const { clusterArns = [] } = await ecs.send(new ListClustersCommand({}));
  const { clusters = [] } = await ecs.send(new DescribeClustersCommand({ clusters: clusterArns }));
  const { LoadBalancers = [] } = await elb.send(new DescribeLoadBalancersCommand({}));
  const { TargetGroups = [] } = await elb.send(new DescribeTargetGroupsCommand({}));
  const { Vpcs = [] } = await ec2.send(
    new DescribeVpcsCommand({ Filters: [{ Name: 'tag:project', Values: ['web'] }] }),
  );
  const { repositories = [] } = await ecr.send(new DescribeRepositoriesCommand({}));
  const left = [
    ...LoadBalancers.map(({ LoadBalancerName }) => LoadBalancerName),
    ...TargetGroups.map(({ TargetGroupName }) => TargetGroupName),
    ...repositories.map(({ repositoryName }) => repositoryName),
    ...clusters.flatMap(({ status, clusterName }) => (status === 'ACTIVE' ? [clusterName] : [])),
  ];
  expect(left.filter((name) => name?.includes(PREFIX))).toEqual([]);
  expect(Vpcs).toEqual([]);
});
