import { describe, expect, test } from 'vitest';
import type { PlannedChange } from '../../../../lambdas/contracts/plan.ts';
import { missingPermissions, type Question } from '../../../../lambdas/plan/permissions/missing.ts';
import { needsOf } from '../../../../lambdas/plan/permissions/needed.ts';
import { REQUIRED_ACTIONS } from '../../../../lambdas/plan/required-actions.ts';

const place = { partition: 'aws', region: 'eu-west-1', accountId: '123456789012' };
const own = { project: 'shop', environment: 'dev' };
const HERE = 'eu-west-1:123456789012';
const ID = '0123456789abcdef0';

function planned(type: string, after: Record<string, unknown> = {}, more: object = {}): PlannedChange {
  return { address: `${type}.a`, type, change: { actions: ['create'], after }, ...more };
}

/** Returns the ARNs on which the changes need the action. */
function asked(action: string, ...changes: PlannedChange[]): readonly string[] | undefined {
  return needsOf(changes, own, place).needs.find((need) => need.action === action)?.resources;
}

describe('an action is asked for on what the plan names', () => {
  const cluster = planned('aws_ecs_cluster', { name: 'c' });
  test.each<[string, PlannedChange[], string[]]>([
    ['ec2:CreateVpc', [planned('aws_vpc')], [`arn:aws:ec2:${HERE}:vpc/v-${ID}`]],
    ['ec2:DescribeVpcs', [planned('aws_vpc')], [`arn:aws:ec2:${HERE}:vpc/v-${ID}`, '*']],
    ['sqs:CreateQueue', [planned('aws_sqs_queue', { name: 'q' })], [`arn:aws:sqs:${HERE}:q`]],
    ['sqs:CreateQueue', [planned('aws_sqs_queue', { name: null })], []],
    ['s3:CreateBucket', [planned('aws_s3_bucket', { bucket: 'b' })], ['arn:aws:s3:::b']],
    ['s3:DeleteObject', [planned('aws_s3_bucket', { bucket: 'b', force_destroy: true })], ['arn:aws:s3:::b/x']],
    ['iam:CreateRole', [planned('aws_iam_role', { name: 'r', path: '/p/' })], ['arn:aws:iam::123456789012:role/p/r']],
    ['iam:CreateRole', [planned('aws_iam_role', { path: '/' })], []],
    [
      'iam:RemoveRoleFromInstanceProfile',
      [planned('aws_iam_role', { name: 'r' })],
      ['arn:aws:iam::123456789012:instance-profile/r'],
    ],
    [
      'logs:CreateLogGroup',
      [planned('aws_cloudwatch_log_group', { name: '/x' })],
      [`arn:aws:logs:${HERE}:log-group:/x`, `arn:aws:logs:${HERE}:log-group:/x:*`],
    ],
    [
      'cloudwatch:PutDashboard',
      [planned('aws_cloudwatch_dashboard', { dashboard_name: 'd' })],
      ['arn:aws:cloudwatch::123456789012:dashboard/d'],
    ],
    ['ecs:CreateService', [planned('aws_ecs_service', { name: 's' })], []],
    ['ecs:CreateService', [planned('aws_ecs_service', { name: 's' }), cluster], [`arn:aws:ecs:${HERE}:service/c/s`]],
    [
      'ecs:CreateService',
      [planned('aws_ecs_service', { name: 's', cluster: 'arn:aws:ecs:x:y:cluster/d' }), cluster],
      [`arn:aws:ecs:${HERE}:service/d/s`],
    ],
    ['iam:PassRole', [planned('aws_ecs_task_definition', { family: 'f', task_role_arn: 'x' })], []],
    [
      'elasticloadbalancing:CreateLoadBalancer',
      [planned('aws_lb', { name: 'l', load_balancer_type: 'network' })],
      [`arn:aws:elasticloadbalancing:${HERE}:loadbalancer/net/l/${ID}`],
    ],
    ['ec2:DescribeSubnets', [planned('aws_lb', { name: 'l' })], ['*']],
    [
      'ec2:DescribeVpcAttribute',
      [planned('aws_db_subnet_group', { name: 'g' })],
      [`arn:aws:ec2:${HERE}:vpc/vpc-${ID}`],
    ],
    ['iam:CreateServiceLinkedRole', [cluster], []],
  ])('%s of %j', (action, changes, expected) => {
    expect(asked(action, ...changes)).toEqual(expected);
  });

  test.each<[Record<string, unknown>, string[]]>([
    [{ engine: 'postgres', engine_version: '17.4' }, ['pg:default.postgres17', 'og:default:postgres-17']],
    [{ engine: 'mysql', engine_version: '8.4.1' }, ['pg:default.mysql8.4', 'og:default:mysql-8-4']],
    [{ engine: 'postgres', engine_version: '17', parameter_group_name: 'p', option_group_name: 'o' }, []],
    [{ engine: 'postgres' }, []],
    [{ db_subnet_group_name: 'g' }, ['subgrp:g']],
  ])('the groups of a database: %j', (values, groups) => {
    const { needs } = needsOf([planned('aws_db_instance', { identifier: 'd', ...values })], own, place);
    const found = needs.filter(({ action }) => action === 'rds:CreateDBInstance').flatMap(({ resources }) => resources);
    expect(new Set(found)).toEqual(new Set(['db:d', ...groups].map((one) => `arn:aws:rds:${HERE}:${one}`)));
  });

  test.each(Object.keys(REQUIRED_ACTIONS.resource))('what %s needs to be deleted is marked', (type) => {
    const { needs } = needsOf([planned(type, { name: 'x' })], own, place);
    const deletes = REQUIRED_ACTIONS.resource[type]?.delete.map((one) => one.split(' ')[0]) ?? [];
    expect(needs.filter(({ destroys }) => destroys).map(({ action }) => action)).toEqual(
      expect.arrayContaining(deletes),
    );
  });

  test('with the tags that the resource will have, and the boundary of the planned roles', () => {
    const tagged = planned('aws_sqs_queue', { name: 'q', tags_all: { project: 'other', environment: 5, x: 'y' } });
    const role = planned('aws_iam_role', { name: 'r', permissions_boundary: 'arn:b' });
    const [queue, made] = ['sqs:CreateQueue', 'iam:PutRolePolicy'].map(
      (action) =>
        needsOf([tagged, role, planned('aws_iam_role_policy', { role: 'r' })], own, place).needs.find(
          (need) => need.action === action,
        )?.context,
    );
    expect(queue).toMatchObject({ 'aws:RequestTag/project': ['other'], 'aws:TagKeys': ['project'] });
    expect(queue).not.toHaveProperty(['aws:ResourceTag/environment']);
    expect(made).toMatchObject({ 'iam:PermissionsBoundary': ['arn:b'], 'aws:ResourceTag/environment': ['dev'] });
  });
});

describe('what IAM says', () => {
  const queue = planned('aws_sqs_queue', { name: 'q' });
  const held = (simulate: (question: Question) => ReturnType<typeof answer>, ...changes: PlannedChange[]) =>
    missingPermissions(changes, own, place, { simulate });
  const answer = async ({ actions, resources }: Question, of: (action: string) => 'allowed' | 'denied' | 'unclear') =>
    actions.flatMap((action) => resources.map((resource) => ({ action, resource, decision: of(action) })));

  test('allowed: nothing lacks', async () => {
    expect(await held((one) => answer(one, () => 'allowed'), queue)).toEqual({ lacking: [], unjudged: [] });
  });

  test('denied: it lacks, by address and action', async () => {
    const { lacking } = await held(
      (one) => answer(one, (action) => (/Delete/.test(action) ? 'denied' : 'allowed')),
      queue,
    );
    expect(lacking).toEqual([
      {
        address: 'aws_sqs_queue.a',
        action: 'sqs:DeleteQueue',
        resource: `arn:{partition}:sqs:${HERE}:q`,
        destroys: true,
      },
    ]);
  });

  test('one of two ARNs is enough', async () => {
    const log = planned('aws_cloudwatch_log_group', { name: '/x' });
    const { lacking } = await held(
      async (one) =>
        (await answer(one, () => 'denied')).map((all) =>
          all.resource.endsWith(':*') ? { ...all, decision: 'allowed' as const } : all,
        ),
      log,
    );
    expect(lacking).toEqual([]);
  });

  test('unclear, nothing, or an error: it is said, and does not lack', async () => {
    const unclear = await held((one) => answer(one, () => 'unclear'), queue, { ...queue, address: 'aws_sqs_queue.b' });
    expect(unclear.lacking).toEqual([]);
    expect(unclear.unjudged).toContain('sqs:CreateQueue for aws_sqs_queue.a and 1 more');
    const silent = await held(async () => [], queue);
    expect(silent.unjudged).toContain('sqs:CreateQueue for aws_sqs_queue.a');
    const failed = await held(async () => {
      throw new Error('Rate exceeded');
    }, queue);
    expect(failed.unjudged[0]).toBe('IAM did not answer: Error: Rate exceeded');
  });

  test('nothing is asked of other providers, and a type without a row is said', async () => {
    const questions: Question[] = [];
    const { unjudged } = await held(
      async (one) => {
        questions.push(one);
        return answer(one, () => 'allowed');
      },
      planned('random_id', {}, { provider: 'registry.terraform.io/hashicorp/random' }),
      planned('aws_kinesis_stream', { name: 'k' }),
    );
    expect(questions).toEqual([]);
    expect(unjudged).toEqual(['aws_kinesis_stream.a: nobody knows what its type needs']);
  });

  test('resources of a kind are one question of 20 at most', async () => {
    const sizes: number[] = [];
    const queues = Array.from({ length: 45 }, (_, at) => planned('aws_sqs_queue', { name: `q${at}` }));
    await held(
      async (one) => {
        if (one.actions.includes('sqs:CreateQueue')) sizes.push(one.resources.length);
        return answer(one, () => 'allowed');
      },
      ...queues,
    );
    expect(Math.max(...sizes)).toBe(20);
    expect(sizes.reduce((all, one) => all + one, 0)).toBe(45);
  });
});
