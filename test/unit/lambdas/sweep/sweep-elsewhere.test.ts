import { describe, expect, test } from 'vitest';
import { loadSweeper } from '../../../../lambdas/aws/sweepers.ts';
import type { SweepService } from '../../../../lambdas/contracts/sweep-request.ts';
import { parseState } from '../../../../lambdas/plan/terraform-state.ts';
import { isOwnedName } from '../../../../lambdas/sweep/owned-names.ts';
import type { Candidate } from '../../../../lambdas/sweep/sweep-service.ts';
import { sweepService } from '../../../../lambdas/sweep/sweep-service.ts';
import { ACCOUNT, aRequest, NO_NEIGHBOURS, PREFIX } from '../support/fixtures.ts';

const AWS = 'provider["registry.terraform.io/hashicorp/aws"]';
const OWN = 'eu-west-1';
const FAR = 'us-west-2';

/** Each row has a type and the attributes of a resource in a region. */
const RESOURCES: [string, (region: string, account?: string) => Record<string, unknown>][] = (
  [
    ['aws_sqs_queue', 'sqs', 'dr'],
    ['aws_cloudwatch_log_group', 'logs', 'log-group:/shared/app', '/shared/app'],
    ['aws_dynamodb_table', 'dynamodb', 'table/dr', 'dr'],
    ['aws_ecr_repository', 'ecr', 'repository/dr', 'dr'],
    ['aws_db_instance', 'rds', 'db:dr', 'dr'],
    ['aws_sns_topic', 'sns', 'dr'],
    ['aws_lb', 'elasticloadbalancing', 'loadbalancer/app/dr/1'],
    ['aws_kms_key', 'kms', 'key/1', '1'],
    ['aws_instance', 'ec2', 'instance/i-0123456789abcdef0', 'i-0123456789abcdef0'],
    ['aws_vpc', 'ec2', 'vpc/vpc-0123456789abcdef0', 'vpc-0123456789abcdef0'],
    ['aws_secretsmanager_secret', 'secretsmanager', 'secret:dr-AbCdEf'],
    ['aws_ecs_cluster', 'ecs', 'cluster/dr'],
    ['aws_cloudwatch_metric_alarm', 'cloudwatch', 'alarm:dr', 'dr'],
    ['aws_cloudwatch_event_rule', 'events', 'rule/dr', 'dr'],
  ] as const
).map(([type, service, resource, id]) => [
  type,
  (region, account = ACCOUNT) => {
    const arn = `arn:aws:${service}:${region}:${account}:${resource}`;
    return { id: id ?? arn, arn };
  },
]);

/**
 * Sweeps one resource. Nothing exists in the environment's region any more.
 * @returns the statuses and reasons of the findings, and the candidates that were queried
 */
async function sweep(type: string, attributes: Record<string, unknown>, provider = AWS) {
  const resources = [{ mode: 'managed', type, name: 'x', provider, instances: [{ attributes }] }];
  const inventory = parseState(JSON.stringify({ version: 4, lineage: 'l', resources })).items;
  const service = inventory[0]?.service as SweepService;
  const asked: Candidate[] = [];
  const { findings } = await sweepService(
    { request: aRequest({ machine: 'sweep', region: OWN }), service, pass: 1 },
    {
      ...NO_NEIGHBOURS,
      sweeper: async (name) => ({
        ...(await loadSweeper(name)),
        async *list() {},
        confirm: async (candidate) => {
          asked.push(candidate);
          return { status: 'ABSENT', reason: `not in ${OWN}` };
        },
      }),
      inventory: async () => inventory,
      tagged: async function* none() {},
      project: 'order-platform',
      owns: (name) => isOwnedName(PREFIX, name),
    },
  );
  return { statuses: findings.map(({ status }) => status), reasons: findings.map(({ reason }) => reason), asked };
}

describe('what the inventory lists', () => {
  test.each(RESOURCES)('in another region is unknown: %s', async (type, attributes) => {
    const { statuses, reasons, asked } = await sweep(type, attributes(FAR));
    expect([statuses, asked]).toEqual([['UNKNOWN'], []]);
    expect(reasons[0]).toMatch(/^it is in us-west-2, where nothing here can confirm it: look for /);
  });

  /** A provider may have credentials of another account. A neighbour may have the same name in this account. */
  test.each([
    ...RESOURCES,
    ['aws_iam_role', (_: string, account = ACCOUNT) => ({ id: 'r', arn: `arn:aws:iam::${account}:role/r` })],
    [
      'aws_lambda_function',
      (region: string, account = ACCOUNT) => ({ id: 'f', arn: `arn:aws:lambda:${region}:${account}:function:f` }),
    ],
  ] as typeof RESOURCES)('in another account is unknown: %s', async (type, attributes) => {
    const { statuses, reasons, asked } = await sweep(type, attributes(OWN, '999999999999'));
    expect([statuses, asked]).toEqual([['UNKNOWN'], []]);
    expect(reasons[0]).toMatch(/^it is in account 999999999999, where nothing here can confirm it: look for /);
  });

  test.each(RESOURCES)(
    'in the environment’s region is asked for, whatever its provider: %s',
    async (type, attributes) => {
      expect((await sweep(type, attributes(OWN), `${AWS}.west`)).statuses).toEqual(['ABSENT']);
    },
  );

  test.each<[string, string, Record<string, unknown>, string, string, RegExp]>([
    ['a gateway with a region', 'aws_nat_gateway', { id: 'nat-1', region: FAR }, AWS, 'UNKNOWN', /^it is in us-west-2/],
    ['a gateway with the own region', 'aws_nat_gateway', { id: 'nat-1', region: OWN }, `${AWS}.west`, 'ABSENT', /^not/],
    ['a gateway of the provider', 'aws_nat_gateway', { id: 'nat-1' }, AWS, 'ABSENT', /^not/],
    ['a gateway of another', 'aws_nat_gateway', { id: 'nat-1' }, `${AWS}.west`, 'UNKNOWN', /in which region .*"west"/],
    ['the same in a module', 'aws_nat_gateway', { id: 'nat-1' }, `module.dr.${AWS}.west`, 'UNKNOWN', /"west"/],
    ['a role of another', 'aws_iam_role', { id: 'r', arn: 'arn:aws:iam::1:role/r' }, `${AWS}.west`, 'ABSENT', /^not/],
    ['a bucket', 'aws_s3_bucket', { id: 'b', arn: 'arn:aws:s3:::b', region: OWN }, `${AWS}.west`, 'ABSENT', /^not/],
  ])('without a region in its ARN is where the state says: %s', async (_, type, attributes, provider, status, says) => {
    const { statuses, reasons } = await sweep(type, attributes, provider);
    expect(statuses).toEqual([status]);
    expect(reasons[0]).toMatch(says);
  });

  test('and that Cloud Control reads is asked for in its own region', async () => {
    const arn = `arn:aws:lambda:${FAR}:${ACCOUNT}:function:dr`;
    const { statuses, asked } = await sweep('aws_lambda_function', { id: 'dr', arn });
    expect([statuses, asked.map((one) => one.arn)]).toEqual([['ABSENT'], [arn]]);
  });
});
