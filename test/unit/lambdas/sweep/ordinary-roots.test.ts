import { beforeAll, describe, expect, test } from 'vitest';
import type { Finding } from '../../../../lambdas/contracts/contracts.ts';
import { genericOfTerraform } from '../../../../lambdas/contracts/generic-kinds.ts';
import { SWEEP_SERVICES, type SweepService } from '../../../../lambdas/contracts/sweep-request.ts';
import { PART_TYPES, partRule } from '../../../../lambdas/plan/terraform-parts.ts';
import { parseState } from '../../../../lambdas/plan/terraform-state.ts';
import { serviceOf } from '../../../../lambdas/plan/terraform-types.ts';
import type { Sweeper } from '../../../../lambdas/sweep/sweep-service.ts';
import { sweepService } from '../../../../lambdas/sweep/sweep-service.ts';
import { aRequest, NO_NEIGHBOURS } from '../support/fixtures.ts';

/**
 * A root whose sweep is inconclusive stays FAILED forever. Each type that people use has an answer, or a reason that
 * says how to get one.
 */

type Attributes = Record<string, unknown>;
interface Resource {
  type: string;
  provider?: string;
  attributes: Attributes;
}

const AWS = 'hashicorp/aws';
const of = (type: string, attributes: Attributes, provider = AWS): Resource => ({ type, provider, attributes });
const state = (resources: Resource[]) =>
  JSON.stringify({
    version: 4,
    lineage: 'l',
    resources: resources.map(({ type, provider, attributes }, index) => ({
      mode: 'managed',
      type,
      name: `r${index}`,
      provider: `provider["${provider?.startsWith('terraform.io') ? provider : `registry.terraform.io/${provider}`}"]`,
      instances: [{ attributes }],
    })),
  });

/** Sweeps with services in which only `present` exists. They query what the real services would query. */
async function sweep(resources: Resource[], present: readonly string[] = []): Promise<Finding[]> {
  const { items } = parseState(state(resources));
  const all = SWEEP_SERVICES.map(async (service) => {
    const sweeper: Sweeper = {
      ...(sweepers.get(service) as Sweeper),
      async *list() {},
      confirm: async ({ id, of: parent }) => {
        const asked = parent ?? id;
        if (!present.includes(asked)) return { status: 'ABSENT', reason: 'not listed' };
        if (parent) throw new Error(`it is a part of ${parent}, which exists`);
        return { status: 'PRESENT', reason: 'exists' };
      },
    };
    const ports = {
      sweeper: async () => sweeper,
      inventory: async () => items,
      tagged: async function* none() {},
      project: 'order-platform',
      owns: () => false,
      ...NO_NEIGHBOURS,
    };
    return (await sweepService({ request: aRequest({ machine: 'sweep' }), service, pass: 1 }, ports)).findings;
  });
  return (await Promise.all(all)).flat();
}

const sweepers = new Map<SweepService, Sweeper>();

beforeAll(async () => {
  process.env.AWS_REGION = 'eu-west-1';
  const { loadSweeper } = await import('../../../../lambdas/aws/sweepers.ts');
  for (const service of SWEEP_SERVICES) sweepers.set(service, await loadSweeper(service));
}, 60_000);

describe('what is in no account', () => {
  test.each([
    ['terraform.io/builtin/terraform', 'terraform_data'],
    ['hashicorp/random', 'random_id'],
    ['hashicorp/random', 'random_password'],
    ['hashicorp/null', 'null_resource'],
    ['hashicorp/tls', 'tls_private_key'],
    ['hashicorp/time', 'time_sleep'],
    ['hashicorp/local', 'local_file'],
    ['hashicorp/archive', 'archive_file'],
    ['hashicorp/cloudinit', 'cloudinit_config'],
    [AWS, 'aws_default_security_group'],
    [AWS, 'aws_default_route_table'],
    [AWS, 'aws_default_network_acl'],
    [AWS, 'aws_default_vpc'],
  ])('%s %s needs no answer', async (provider, type) => {
    expect(await sweep([of(type, { id: 'sg-0123456789abcdef0' }, provider)])).toEqual([]);
  });

  test('the provider decides, not the name', async () => {
    const [finding] = await sweep([of('random_pet', { id: 'x' }, 'acme/random')]);
    expect(finding).toMatchObject({ status: 'UNKNOWN', type: 'random_pet', id: 'x' });
    expect(finding?.reason).toContain('registry.terraform.io/acme/random is not AWS');
  });
});

const arn = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:123456789012:${resource}`;
const BALANCER = arn('elasticloadbalancing', 'loadbalancer/app/x/0123456789abcdef');
const LISTENER = arn('elasticloadbalancing', 'listener/app/x/0123456789abcdef/0123456789abcdef');
const FUNCTION = arn('lambda', 'function:x');

/** Each row has the type and attributes of a part, and then those of its parent. */
const PARTS: [string, Attributes, string, Attributes][] = [
  ['aws_route53_record', { id: 'Z1_www_A', zone_id: 'Z1' }, 'aws_route53_zone', { id: 'Z1', zone_id: 'Z1' }],
  [
    'aws_acm_certificate_validation',
    { id: 'x', certificate_arn: arn('acm', 'certificate/1') },
    'aws_acm_certificate',
    { id: arn('acm', 'certificate/1'), arn: arn('acm', 'certificate/1') },
  ],
  ['aws_lambda_permission', { id: 'AllowSns', function_name: 'x' }, 'aws_lambda_function', { id: 'x', arn: FUNCTION }],
  [
    'aws_lambda_permission',
    { id: 'AllowSns', function_name: `${FUNCTION}:live` },
    'aws_lambda_function',
    { id: 'x', arn: FUNCTION },
  ],
  ['aws_main_route_table_association', { id: 'rtbassoc-1', vpc_id: 'vpc-1' }, 'aws_vpc', { id: 'vpc-1' }],
  [
    'aws_vpc_endpoint_route_table_association',
    { id: 'a-vpce-1', vpc_endpoint_id: 'vpce-1' },
    'aws_vpc_endpoint',
    { id: 'vpce-1' },
  ],
  ['aws_route', { id: 'r-rtb-1', route_table_id: 'rtb-1' }, 'aws_route_table', { id: 'rtb-1' }],
  ['aws_security_group_rule', { id: 'sgrule-1', security_group_id: 'sg-1' }, 'aws_security_group', { id: 'sg-1' }],
  [
    'aws_lb_listener',
    { id: LISTENER, arn: LISTENER, load_balancer_arn: BALANCER },
    'aws_lb',
    { id: BALANCER, arn: BALANCER },
  ],
  [
    'aws_iam_role_policy_attachment',
    { id: 'r-2026', role: 'x-task', policy_arn: 'arn:aws:iam::aws:policy/A' },
    'aws_iam_role',
    { id: 'x-task' },
  ],
  [
    'aws_iam_policy_attachment',
    { id: 'a', policy_arn: 'arn:aws:iam::aws:policy/A', roles: ['x-task'] },
    'aws_iam_role',
    { id: 'x-task' },
  ],
  ['aws_s3_bucket_versioning', { id: 'x-bucket', bucket: 'x-bucket' }, 'aws_s3_bucket', { id: 'x-bucket' }],
  [
    'aws_sns_topic_subscription',
    { id: arn('sns', 'x:1'), topic_arn: arn('sns', 'x') },
    'aws_sns_topic',
    { id: arn('sns', 'x'), arn: arn('sns', 'x') },
  ],
  ['aws_cloudwatch_event_target', { id: 'r-t', rule: 'x-rule' }, 'aws_cloudwatch_event_rule', { id: 'x-rule' }],
  [
    'aws_ecs_cluster_capacity_providers',
    { id: 'x', cluster_name: 'x' },
    'aws_ecs_cluster',
    { id: arn('ecs', 'cluster/x'), arn: arn('ecs', 'cluster/x') },
  ],
  [
    'aws_appautoscaling_policy',
    { id: 'p', resource_id: 'service/x/api' },
    'aws_appautoscaling_target',
    { id: 'service/x/api' },
  ],
  ['aws_efs_mount_target', { id: 'fsmt-1', file_system_id: 'fs-1' }, 'aws_efs_file_system', { id: 'fs-1' }],
  ['aws_api_gateway_stage', { id: 's', rest_api_id: 'abc' }, 'aws_api_gateway_rest_api', { id: 'abc' }],
  [
    'aws_secretsmanager_secret_version',
    { id: 'v', secret_id: arn('secretsmanager', 'secret:x') },
    'aws_secretsmanager_secret',
    { id: arn('secretsmanager', 'secret:x'), arn: arn('secretsmanager', 'secret:x') },
  ],
];

describe('a part', () => {
  test.each(PARTS)(
    '%s %o needs no answer of its own beside its parent %s',
    async (type, attributes, parentType, parent) => {
      const both = await sweep([of(type, attributes), of(parentType, parent)]);
      expect(both).toEqual(await sweep([of(parentType, parent)]));
    },
  );

  test.each(PARTS)('%s %o of something else is never taken for gone', async (type, attributes, parentType, parent) => {
    const other = Object.fromEntries(Object.keys(parent).map((key) => [key, `${String(parent[key])}-other`]));
    const asked = Object.values(attributes).flat().map(String);
    const findings = await sweep([of(type, attributes), of(parentType, other)], asked);
    const own = findings.filter((one) => !JSON.stringify(one).includes('-other'));
    // Cloud Control can query some of them.
    const isAsked = genericOfTerraform(type)?.part;
    expect(own.map(({ status }) => status)).toEqual([isAsked ? 'PRESENT' : 'UNKNOWN']);
    expect(own[0]?.reason).toMatch(isAsked ? /exists/ : /it is a part of/);
  });

  test.each([
    ['aws_route', { id: 'r-rtb-1', route_table_id: 'rtb-1' }],
    ['aws_security_group_rule', { id: 'sgrule-1', security_group_id: 'sg-1' }],
    ['aws_vpc_security_group_ingress_rule', { id: 'sgr-1', security_group_id: 'sg-1' }],
  ])('%s of what is in no state is gone when that is gone', async (type, attributes) => {
    expect((await sweep([of(type, attributes)])).map(({ status }) => status)).toEqual(['ABSENT']);
  });

  test('that has an id alone goes with a parent of the right type', async () => {
    expect(await sweep([of('aws_iam_role_policy', { id: 'x:p' })])).toMatchObject([{ status: 'UNKNOWN' }]);
    const half = await sweep([of('aws_iam_role_policy', { id: 'x:p' }), of('aws_iam_role', { id: 'x' })]);
    expect(half).toMatchObject([{ type: 'role', id: 'x' }]);
  });

  test.each(PART_TYPES)('%s is of a type that has a sweep, or of one that says so', (type) => {
    const { parents, by } = partRule(type) ?? { parents: [], by: [] };
    expect(parents.length * by.length).toBeGreaterThan(0);
    expect(parents).not.toContain(type);
    for (const parent of parents) expect(parent === '*' || SWEEP_SERVICES.includes(serviceOf(parent))).toBe(true);
  });
});

test('a type without any source says where to look and how to go on', async () => {
  const [finding] = await sweep([of('aws_workspaces_directory', { id: 'd-1' })]);
  expect(finding).toMatchObject({ status: 'UNKNOWN', type: 'aws_workspaces_directory', id: 'd-1' });
  expect(finding?.reason).toMatch(/d-1.*sweep\.exclusions/);
});
