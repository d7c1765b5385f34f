import { describe, expect, test } from 'vitest';
import type { PlannedChange } from '../../../../lambdas/contracts/plan.ts';
import { planRisks } from '../../../../lambdas/plan/plan-risks.ts';
import { AWS, created, OWN, planned, risksOf, TERMS, type Values } from '../support/plans.ts';

/**
 * A teardown destroys a resource that Terraform has taken over. The resource existed before, and may be somebody
 * else's.
 */
describe('what exists already', () => {
  const NEIGHBOUR = { project: 'shop', environment: 'live' };
  const existing = (actions: string[], before: Values, after: Values | null, more: Values = {}): PlannedChange =>
    ({
      ...{ address: 'aws_sqs_queue.x', type: 'aws_sqs_queue', provider: AWS, providerKey: 'aws' },
      change: { actions, before, after, ...more },
    }) as PlannedChange;

  test.each<[string, PlannedChange]>([
    [
      'is imported with the tags of another environment',
      existing(['update'], { tags_all: NEIGHBOUR }, { tags_all: OWN }, { importing: { id: 'q' } }),
    ],
    [
      'is imported with the tags of another product',
      existing(['update'], { tags_all: { ...OWN, project: 'mail' } }, { tags_all: OWN }, { importing: { id: 'q' } }),
    ],
    [
      'is imported, and tagged by an attribute without defaults',
      existing(['update'], { tags: NEIGHBOUR }, { tags_all: OWN }, { importing: { id: 'q' } }),
    ],
    ['was given to another environment since', existing(['update'], { tags_all: NEIGHBOUR }, { tags_all: OWN })],
    ['was given to another environment, and would be deleted', existing(['delete'], { tags_all: NEIGHBOUR }, null)],
    [
      'was given to another environment, and would be made anew',
      existing(['delete', 'create'], { tags_all: NEIGHBOUR }, { tags_all: OWN }),
    ],
  ])('and %s is another’s', (_, change) => {
    expect(risksOf([change])).toEqual([['aws_sqs_queue.x', 'others']]);
  });

  test.each<[string, PlannedChange]>([
    ['is imported without tags', existing(['update'], {}, { tags_all: OWN }, { importing: { id: 'q' } })],
    ['is imported as it is', existing(['no-op'], { tags_all: OWN }, { tags_all: OWN }, { importing: { id: 'q' } })],
  ])('and %s is destroyed by the teardown', (_, change) => {
    expect(risksOf([change])).toEqual([['aws_sqs_queue.x', 'imported']]);
  });

  test.each<[string, PlannedChange]>([
    ['is the environment’s own', existing(['update'], { tags_all: OWN }, { tags_all: OWN })],
    ['has lost its tags', existing(['update'], { tags_all: {} }, { tags_all: OWN })],
    ['is in the state, not imported', existing(['no-op'], { tags_all: OWN }, { tags_all: OWN }, { importing: null })],
  ])('and %s is no risk', (_, change) => {
    expect(risksOf([change])).toEqual([]);
  });

  test('keeps the tags of a team’s own that are accepted, whose change is no theft', () => {
    const tags = { ...OWN, project: 'billing' };
    expect(risksOf([existing(['update'], { tags_all: tags }, { tags_all: tags })])).toEqual([
      ['aws_sqs_queue.x', 'tags'],
    ]);
    expect(risksOf([existing(['update'], { tags_all: tags }, { tags_all: OWN })])).toEqual([]);
  });
});

/**
 * A call that creates one of these returns the existing resource of that name. The next environment uses the same name.
 */
describe('a name that every environment would have', () => {
  test.each([
    ['aws_cloudwatch_metric_alarm', 'alarm_name'],
    ['aws_cloudwatch_composite_alarm', 'alarm_name'],
    ['aws_cloudwatch_event_rule', 'name'],
    ['aws_cloudwatch_contributor_insight_rule', 'rule_name'],
    ['aws_cloudwatch_log_destination', 'name'],
    ['aws_cloudwatch_log_resource_policy', 'policy_name'],
    ['aws_cloudwatch_metric_stream', 'name'],
    ['aws_ecs_cluster', 'name'],
    ['aws_sfn_activity', 'name'],
    ['aws_sns_topic', 'name'],
    ['aws_sqs_queue', 'name'],
  ])('of %s takes over what another one has made', (type, attribute) => {
    // No sweep can confirm the removal of some of these, which is a separate risk.
    const names = (changes: PlannedChange[]) => risksOf(changes).filter(([, risk]) => risk === 'name');
    expect(names([created(type, { [attribute]: 'alerts' })])).toEqual([[`${type}.x`, 'name']]);
    const change = { actions: ['create'], before: null, after: { tags_all: OWN, [attribute]: 'alerts' } };
    const [risk] = planRisks(planned([{ ...created(type, {}), change } as PlannedChange]), TERMS);
    expect(risk?.why).toMatch(/alerts.*another environment/);
    // The environment's name may be part of the name of another environment or project. For example, shop-api-latency
    // contains both `api` and `shop`.
    expect(names([created(type, { [attribute]: 'alerts-dev' })])).toEqual([[`${type}.x`, 'name']]);
    // The name has the environment's prefix, or the provider generates it.
    for (const name of ['shop-dev-alerts', undefined]) {
      expect(names([created(type, name === undefined ? {} : { [attribute]: name })])).toEqual([]);
    }
    // A resource in the state is the environment's own.
    const there = { actions: ['update'], before: change.after, after: change.after };
    expect(names([{ ...created(type, {}), change: there } as PlannedChange])).toEqual([]);
  });

  test.each<[string, Values, Values, number]>([
    ['that overwrites', { name: '/shared/config', overwrite: true }, {}, 1],
    ['that may overwrite', { name: '/shared/config' }, { overwrite: true }, 1],
    ['of its own', { name: '/shop-dev/config', overwrite: true }, {}, 0],
    ['that AWS refuses where there is one', { name: '/shared/config' }, {}, 0],
  ])('is a risk for a parameter %s: %s', (_, after, after_unknown, risks) => {
    expect(risksOf([created('aws_ssm_parameter', after, { after_unknown })])).toHaveLength(risks);
  });

  test.each<[string, Values, Values]>([
    ['that is known', { event_bus_name: 'shop-dev' }, {}],
    ['that is made with it', {}, { event_bus_name: true }],
  ])('is none for a rule on a bus of its own %s', (_, after, after_unknown) => {
    const rule = created('aws_cloudwatch_event_rule', { name: 'orders', ...after }, { after_unknown });
    expect(risksOf([rule])).toEqual([]);
  });
});

/**
 * Every environment of the account uses these. The apply changes them for all environments, and the teardown removes
 * them from all.
 */
describe('what the whole account has is not one environment’s to change', () => {
  const bare = (type: string, after: Values = {}, more: Values = {}) =>
    created(type, { tags_all: undefined, ...after }, more);

  test.each([
    'aws_s3_account_public_access_block',
    'aws_ecs_account_setting_default',
    'aws_api_gateway_account',
    'aws_iam_account_password_policy',
    'aws_ebs_encryption_by_default',
    'aws_ecr_replication_configuration',
    'aws_ses_active_receipt_rule_set',
    'aws_iam_service_linked_role',
    'aws_glue_resource_policy',
    'aws_xray_encryption_config',
    'aws_guardduty_detector',
  ])('%s', (type) => {
    expect(risksOf([bare(type)])).toContainEqual([`${type}.x`, 'others']);
    expect(
      risksOf([bare(type)], {}, { accepted: [{ risk: 'others', address: `${type}.x`, why: 'w' }] }),
    ).not.toContainEqual([`${type}.x`, 'others']);
  });

  const attachment = (after: Values, more: Values = {}) =>
    bare('aws_iam_policy_attachment', { roles: ['shop-dev'], ...after }, more);
  const role = { ...created('aws_iam_role', { name: 'shop-dev' }), address: 'aws_iam_role.parent' };
  const policy = {
    ...created('aws_iam_policy', { arn: 'arn:aws:iam::1:policy/shop-dev' }),
    address: 'aws_iam_policy.own',
  };

  test('an attachment that is to be the only one of a policy of AWS’s', () => {
    const managed = attachment({ policy_arn: 'arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy' });
    const [risk] = planRisks(planned([managed, role]), TERMS);
    expect(risk).toMatchObject({ risk: 'others', why: expect.stringContaining('detaches it from all others') });
    expect(risk?.fix).toContain('aws_iam_role_policy_attachment');
  });

  test('but attachments of its own policy are', () => {
    expect(risksOf([attachment({ policy_arn: 'arn:aws:iam::1:policy/shop-dev' }), role, policy])).toEqual([]);
    expect(risksOf([attachment({}, { after_unknown: { policy_arn: true } }), role, policy])).toEqual([]);
  });
});

/** AWS creates these with a VPC. The provider adopts them, and removes their rules and routes at once. */
describe.each([
  ['aws_default_security_group', 'vpc_id', 'id'],
  ['aws_default_route_table', 'default_route_table_id', 'default_route_table_id'],
  ['aws_default_network_acl', 'default_network_acl_id', 'default_network_acl_id'],
])('%s', (type, by, of) => {
  const foundVpcs = [{ id: 'vpc-shared', tags: { project: 'network' } }];
  const vpc = (after: Values) => created('aws_vpc', after);

  test.each<[string, PlannedChange[]]>([
    ['read', [created(type, { [by]: 'shared' })]],
    ['read, beside one of its own', [created(type, { [by]: 'shared' }), vpc({ [of]: 'own' })]],
    ['known only when it is applied, and made by nobody', [created(type, {}, { after_unknown: { [by]: true } })]],
  ])('of a VPC that is %s is never adopted', (_, changes) => {
    const [risk] = planRisks(planned(changes, { foundVpcs }), TERMS);
    expect(risk).toMatchObject({ address: `${type}.x`, risk: 'others', acceptable: false });
  });

  test.each<[string, PlannedChange[]]>([
    ['made', [created(type, {}, { after_unknown: { [by]: true } }), vpc({})]],
    ['there', [created(type, { [by]: 'own' }), vpc({ [of]: 'own' })]],
  ])('of a VPC of its own that is %s is the environment’s', (_, changes) => {
    expect(risksOf(changes, { foundVpcs })).toEqual([]);
  });
});

/** AWS has one of each for what it belongs to: the plan replaces it, and a teardown takes it away. */
describe('a setting of what another has made', () => {
  const bare = (type: string, after: Values, more: Values = {}) =>
    created(type, { tags_all: undefined, ...after }, more);
  const others = (changes: PlannedChange[]) => risksOf(changes).filter(([, risk]) => risk === 'others');
  const own = (type: string, after: Values) => ({ ...created(type, after), address: `${type}.own` });

  test.each<[string, Values, string, Values]>([
    ['aws_route', { route_table_id: 'rtb-1' }, 'aws_vpc', { main_route_table_id: 'rtb-1' }],
    ['aws_route_table_association', { subnet_id: 'subnet-1' }, 'aws_subnet', { id: 'subnet-1' }],
    ['aws_route_table_association', { gateway_id: 'igw-1' }, 'aws_internet_gateway', { id: 'igw-1' }],
    ['aws_main_route_table_association', { vpc_id: 'vpc-1' }, 'aws_vpc', { id: 'vpc-1' }],
    ['aws_vpc_dhcp_options_association', { vpc_id: 'vpc-1' }, 'aws_vpc', { id: 'vpc-1' }],
    ['aws_network_acl_rule', { network_acl_id: 'acl-1' }, 'aws_network_acl', { id: 'acl-1' }],
    ['aws_network_acl_association', { subnet_id: 'subnet-1' }, 'aws_subnet', { id: 'subnet-1' }],
    ['aws_network_acl', { subnet_ids: ['subnet-1'] }, 'aws_subnet', { id: 'subnet-1' }],
    ['aws_internet_gateway_attachment', { vpc_id: 'vpc-1' }, 'aws_vpc', { id: 'vpc-1' }],
    ['aws_vpc_endpoint', { route_table_ids: ['rtb-1'] }, 'aws_route_table', { id: 'rtb-1' }],
    ['aws_vpc_endpoint_policy', { vpc_endpoint_id: 'vpce-1' }, 'aws_vpc_endpoint', { id: 'vpce-1' }],
    ['aws_vpc_endpoint_route_table_association', { route_table_id: 'rtb-1' }, 'aws_route_table', { id: 'rtb-1' }],
    ['aws_vpn_gateway_route_propagation', { route_table_id: 'rtb-1' }, 'aws_route_table', { id: 'rtb-1' }],
    ['aws_wafv2_web_acl_association', { resource_arn: 'arn:lb' }, 'aws_lb', { arn: 'arn:lb' }],
    [
      'aws_ec2_transit_gateway_route',
      { transit_gateway_route_table_id: 'tgw-rtb-1' },
      'aws_ec2_transit_gateway_route_table',
      { id: 'tgw-rtb-1' },
    ],
    [
      'aws_appautoscaling_target',
      { service_namespace: 'ecs', resource_id: 'service/shop/api' },
      'aws_ecs_service',
      { name: 'api', cluster: 'arn:aws:ecs:eu-west-1:1:cluster/shop' },
    ],
    [
      'aws_appautoscaling_target',
      { service_namespace: 'dynamodb', resource_id: 'table/orders' },
      'aws_dynamodb_table',
      { name: 'orders' },
    ],
  ])('is no part of this environment: %s of %j', (type, after, parent, values) => {
    expect(others([bare(type, after)])).toEqual([[`${type}.x`, 'others']]);
    expect(others([bare(type, after), own(parent, { id: 'another', arn: 'another' })])).toHaveLength(1);
    expect(others([bare(type, after), own(parent, values)])).toEqual([]);
    // What is known only when it is applied is made by then.
    const [[attribute = ''] = []] = Object.entries(after).slice(-1);
    expect(
      others([bare(type, { ...after, [attribute]: undefined }, { after_unknown: { [attribute]: true } })]),
    ).toEqual([]);
  });

  test.each<[string, Values, string, Values]>([
    ['aws_route', { route_table_id: 'rtb-1' }, 'aws_route', { route_table_id: 'rtb-1' }],
    ['aws_route', { route_table_id: 'rtb-1' }, 'aws_route_table_association', { route_table_id: 'rtb-1' }],
    ['aws_route_table_association', { subnet_id: 'subnet-1' }, 'aws_instance', { subnet_id: 'subnet-1' }],
    ['aws_network_acl_association', { subnet_id: 'subnet-1' }, 'aws_nat_gateway', { subnet_id: 'subnet-1' }],
    ['aws_vpc_dhcp_options_association', { vpc_id: 'vpc-1' }, 'aws_security_group', { vpc_id: 'vpc-1' }],
    ['aws_vpc_endpoint_policy', { vpc_endpoint_id: 'e' }, 'aws_vpc_endpoint_policy', { vpc_endpoint_id: 'e', id: 'e' }],
    ['aws_wafv2_web_acl_association', { resource_arn: 'arn:l' }, 'aws_lb_listener', { load_balancer_arn: 'arn:l' }],
  ])('is another’s although a second resource uses it: %s of %j beside %s', (type, after, user, values) => {
    expect(others([bare(type, after), { ...bare(user, values), address: `${user}.user` }])).toContainEqual([
      `${type}.x`,
      'others',
    ]);
  });

  test('of a service of that name in another cluster', () => {
    const target = bare('aws_appautoscaling_target', { service_namespace: 'ecs', resource_id: 'service/live/api' });
    expect(others([target, own('aws_ecs_service', { name: 'api', cluster: 'dev' })])).toHaveLength(1);
    expect(others([target, own('aws_ecs_service', { name: 'api' })])).toEqual([]);
  });

  test('may be accepted', () => {
    const accepted = [{ risk: 'others' as const, address: 'aws_route.x', why: 'the network team has agreed' }];
    expect(risksOf([bare('aws_route', { route_table_id: 'rtb-1' })], {}, { accepted })).toEqual([]);
  });

  test.each([
    ['aws_security_group_rule', { security_group_id: 'sg-1' }],
    ['aws_lb_listener_rule', { listener_arn: 'arn:l' }],
    ['aws_sns_topic_subscription', { topic_arn: 'arn:t' }],
  ])('is none where the plan adds one of many, and takes away that one: %s', (type, after) => {
    expect(others([bare(type, after)])).toEqual([]);
  });

  test.each(['aws_ec2_tag', 'aws_ecs_tag', 'aws_dynamodb_tag', 'aws_autoscaling_group_tag'])(
    'is never the tag by which a teardown knows its own: %s',
    (type) => {
      const named = (key: string): Values =>
        type.includes('autoscaling') ? { tag: [{ key, value: 'dev' }] } : { key };
      const found = (key: string) =>
        planRisks(planned([bare(type, { value: 'dev', ...named(key) })]), TERMS).filter(
          ({ risk }) => risk === 'others',
        );
      for (const key of ['environment', 'project']) expect(found(key)).toMatchObject([{ acceptable: false }]);
      expect(found('team')).toEqual([]);
    },
  );
});
