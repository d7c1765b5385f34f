import { describe, expect, test } from 'vitest';
import { type PlanFile, type PlannedChange, planFile } from '../../../../lambdas/contracts/plan.ts';
import { describeRisks, planRisks, type TeardownTerms } from '../../../../lambdas/plan/plan-risks.ts';

type Values = Record<string, unknown>;
const OWN = { project: 'shop', environment: 'dev' };
const TERMS: TeardownTerms = {
  own: OWN,
  owns: (name) => name.startsWith('shop-dev'),
  maxDeletions: 100,
  accepted: [],
};
const AWS = 'registry.terraform.io/hashicorp/aws';

function created(type: string, after: Values, more: Values = {}): PlannedChange {
  const { after_unknown, ...rest } = more;
  const change = { actions: ['create'], before: null, after: { tags_all: OWN, ...after }, after_unknown };
  return { address: `${type}.x`, type, provider: AWS, providerKey: 'aws', change, ...rest } as PlannedChange;
}
const planned = (changes: PlannedChange[], more: Partial<PlanFile> = {}): PlanFile =>
  planFile.parse(JSON.parse(JSON.stringify({ resource_changes: changes, ...more })));
const risksOf = (changes: PlannedChange[], more: Partial<PlanFile> = {}, terms: Partial<TeardownTerms> = {}) =>
  planRisks(planned(changes, more), { ...TERMS, ...terms }).map(({ address, risk }) => [address, risk]);

/** What stops a teardown, each alone, and beside it the same without the trap. */
const TRAPS: [string, string, PlannedChange, PlannedChange | undefined][] = [
  trap('deletion-protection', 'aws_db_instance', { deletion_protection: true }, { deletion_protection: false }),
  trap('deletion-protection', 'aws_lb', { enable_deletion_protection: true }, { enable_deletion_protection: false }),
  trap('deletion-protection', 'aws_dynamodb_table', { deletion_protection_enabled: true }, {}),
  trap('final-snapshot', 'aws_rds_cluster', { skip_final_snapshot: false }, { skip_final_snapshot: true }),
  trap('final-snapshot', 'aws_ebs_volume', { final_snapshot: true }, { final_snapshot: false }),
  trap('final-snapshot', 'aws_rds_cluster', { skip_final_snapshot: null }, undefined),
  trap(
    'retained-backups',
    'aws_db_instance',
    { delete_automated_backups: false, backup_retention_period: 7 },
    {
      ...{ delete_automated_backups: false, backup_retention_period: 0 },
    },
  ),
  trap('recovery-window', 'aws_secretsmanager_secret', { recovery_window_in_days: 30 }, { recovery_window_in_days: 0 }),
  trap('recovery-window', 'aws_kms_key', { deletion_window_in_days: null }, { deletion_window_in_days: 7 }),
  trap('not-emptied', 'aws_s3_bucket', { force_destroy: false }, { force_destroy: true }),
  trap('not-emptied', 'aws_ecr_repository', { force_delete: null }, { force_delete: true }),
  trap('kept', 'aws_cloudwatch_log_group', { skip_destroy: true }, { skip_destroy: false }),
  trap('object-lock', 'aws_s3_bucket_object_lock_configuration', { rule: [{ default_retention: [{}] }] }, { rule: [] }),
  trap('name', 'aws_cloudwatch_dashboard', { dashboard_name: 'overview' }, { dashboard_name: 'shop-dev-overview' }),
  trap('name', 'aws_cloudwatch_log_group', { name: '/ecs/api' }, { name: 'shop-dev/api' }),
  trap('unconfirmed-type', 'aws_unheard_of', {}, undefined),
  [
    'unconfirmed-type',
    'a provider that is not AWS',
    created('datadog_monitor', { tags_all: undefined }, { provider: 'registry.terraform.io/datadog/datadog' }),
    undefined,
  ],
  [
    'deletion-protection',
    'a protection that is known only when it is applied',
    created(
      'aws_lb',
      {},
      { after_unknown: { enable_deletion_protection: true }, configured: ['enable_deletion_protection'] },
    ),
    created('aws_lb', {}, { after_unknown: { enable_deletion_protection: true }, configured: ['name'] }),
  ],
];

function trap(risk: string, type: string, bad: Values, good: Values | undefined): (typeof TRAPS)[number] {
  return [risk, type, created(type, bad), good && created(type, good)];
}

describe('what stops a teardown is named from the plan', () => {
  test.each(TRAPS)('%s of %s', (risk, _, bad, good) => {
    expect(risksOf([bad])).toEqual([[bad.address, risk]]);
    // It was there before this plan, and stays: it stops the teardown all the same.
    expect(risksOf([{ ...bad, change: { ...bad.change, actions: ['no-op'] } }])).toEqual([[bad.address, risk]]);
    // What the plan takes away has no teardown of its own.
    expect(risksOf([{ ...bad, change: { actions: ['delete'], before: bad.change.after, after: null } }])).toEqual([]);
    if (good) expect(risksOf([good])).toEqual([]);
  });

  test('all at once, each once, and nothing else', () => {
    const all = TRAPS.flatMap(([, , bad, good], index) =>
      [bad, good].flatMap((one, side) => (one ? [{ ...one, address: `${one.type}.n${index}_${side}` }] : [])),
    );
    const expected = TRAPS.map(([risk, , bad], index) => `${bad.type}.n${index}_0 ${risk}`);
    expect(
      risksOf(all)
        .map((one) => one.join(' '))
        .sort(),
    ).toEqual(expected.sort());
  });

  test('a lifecycle that prevents the destroy', () => {
    const text = 'resource "aws_sqs_queue" "x" {\n  lifecycle {\n    prevent_destroy = true\n  }\n}\n';
    const address = 'module.a["b"].aws_sqs_queue.x[0]';
    const lifecycles = [{ module: 'a', file: 'main.tf', text }];
    expect(risksOf([{ ...created('aws_sqs_queue', {}), address }], { lifecycles })).toEqual([
      [address, 'prevent-destroy'],
    ]);
    expect(risksOf([created('aws_sqs_queue', {})], { lifecycles })).toEqual([]);
  });

  test('more resources than a teardown may delete', () => {
    const many = Array.from({ length: 3 }, (_, index) => ({
      ...created('aws_sqs_queue', {}),
      address: `aws_sqs_queue.q${index}`,
    }));
    expect(risksOf(many, {}, { maxDeletions: 2 })).toEqual([['the whole plan', 'ceiling']]);
    expect(risksOf(many, {}, { maxDeletions: 3 })).toEqual([]);
  });

  test.each(['random_id', 'null_resource', 'tls_private_key', 'time_sleep', 'terraform_data'])(
    '%s is in no account, and stops nothing',
    (type) => {
      const [family = ''] = type.split('_');
      const provider =
        family === 'terraform' ? 'terraform.io/builtin/terraform' : `registry.terraform.io/hashicorp/${family}`;
      expect(risksOf([created(type, { tags_all: undefined }, { provider })])).toEqual([]);
    },
  );
});

describe('tags that a teardown asks for', () => {
  /** As the provider plans a resource one of whose tags is not known yet. */
  const pending = (type: string, tags?: Values) =>
    created(type, { tags_all: undefined, tags }, { after_unknown: { tags_all: true, tags: tags ? {} : true } });
  const vpc = (after: Values, more: Values = {}) => created('aws_vpc', after, more);
  const sibling = (more: Values = {}) => ({ ...created('aws_sqs_queue', {}, more), address: 'aws_sqs_queue.sibling' });
  const LATER = 'environment=(known only when it is applied)';

  test.each<[string, PlannedChange[], string | undefined]>([
    ['are there', [vpc({})], undefined],
    ['are called otherwise', [vpc({ tags_all: { project: 'shop', env: 'dev' } })], 'environment=(none)'],
    ['are another’s', [vpc({ tags_all: { ...OWN, environment: 'prod' } })], 'environment=prod'],
    ['are missing', [vpc({ tags_all: null })], 'project=(none), environment=(none)'],
    [
      'are written otherwise',
      [vpc({ tags_all: { Project: 'shop', Environment: 'dev' } })],
      'project=(none), environment=(none)',
    ],
    ['are known only later', [pending('aws_sqs_queue')], LATER],
    ['are told by the provider’s other resources', [pending('aws_sqs_queue'), sibling()], undefined],
    [
      'are told by another provider’s resources alone',
      [pending('aws_sqs_queue'), sibling({ providerKey: 'b' })],
      LATER,
    ],
    ['of a VPC are known only later', [pending('aws_vpc'), sibling()], LATER],
    ['are the resource’s own', [pending('aws_vpc', OWN)], undefined],
    ['are not what its own say', [pending('aws_vpc', { ...OWN, environment: 'x' }), sibling()], 'environment=x'],
  ])('%s', (_, changes, has) => {
    const risks = planRisks(planned(changes), TERMS);
    if (!has) return expect(risks).toEqual([]);
    expect(risks).toMatchObject([{ address: changes[0]?.address, risk: 'tags' }]);
    expect(risks[0]?.acceptable).toBe(changes[0]?.type !== 'aws_vpc');
    expect(risks[0]?.why).toContain(has);
    expect(risks[0]?.why).toContain('and needs project=shop, environment=dev');
  });

  test('are not asked of what takes none, and may be accepted for all but a VPC', () => {
    expect(risksOf([created('aws_sqs_queue_policy', { tags_all: undefined })].map(bare))).toEqual([]);
    const untagged = created('aws_sqs_queue', { tags_all: {} });
    const accepted = ['aws_sqs_queue.x', 'aws_vpc.x'].map((address) => ({ risk: 'tags' as const, address, why: 'so' }));
    expect(risksOf([untagged, vpc({ tags_all: {} })])).toEqual([
      ['aws_vpc.x', 'tags'],
      ['aws_sqs_queue.x', 'tags'],
    ]);
    expect(risksOf([untagged, vpc({ tags_all: {} })], {}, { accepted })).toEqual([['aws_vpc.x', 'tags']]);
  });

  test.each<[string, PlanFile['foundVpcs'], number]>([
    ['of others', [{ id: 'vpc-1', tags: { team: 'core' } }], 0],
    ['of another environment', [{ id: 'vpc-1', tags: { ...OWN, environment: 'prod' } }], 0],
    ['without tags', [{ id: 'vpc-1', tags: {} }], 0],
    ['with one of the two tags', [{ id: 'vpc-1', tags: { environment: OWN.environment } }], 0],
    ['with the tags of this environment', [{ id: 'vpc-1', tags: OWN }], 1],
  ])('of a VPC %s that the root only reads', (_, foundVpcs, count) => {
    const risks = planRisks({ resource_changes: [], foundVpcs, lifecycles: [] }, TERMS);
    expect(risks).toHaveLength(count);
    if (count > 0) expect(risks[0]).toMatchObject({ address: 'vpc-1', risk: 'tags', acceptable: false });
    expect(risksOf([vpc({ id: 'vpc-1' })], { foundVpcs })).toEqual([]);
  });
});

test.each(['aws_default_vpc', 'aws_default_subnet', 'aws_default_vpc_dhcp_options'])(
  '%s is the account’s, and may not be adopted',
  (type) => {
    const [risk, ...more] = planRisks(planned([created(type, {})]), TERMS);
    expect(risk).toMatchObject({ address: `${type}.x`, risk: 'tags', acceptable: false });
    expect(more).toEqual([]);
  },
);

test('many resources with one fault are one line, and many lines are cut', () => {
  const many = Array.from({ length: 8 }, (_, index) => ({
    ...created('aws_sqs_queue', { tags_all: {} }),
    address: `aws_sqs_queue.q${index}`,
  }));
  const [line, ...rest] = describeRisks(planRisks(planned(many), TERMS), 5);
  expect(rest).toEqual([]);
  expect(line).toMatch(/^aws_sqs_queue\.q0, .*aws_sqs_queue\.q4 and 3 more: tags: has the tags project=\(none\)/);
  const all = TRAPS.map(([, , bad]) => bad);
  expect(describeRisks(planRisks(planned(all), TERMS), 3).at(-1)).toMatch(/^and \d+ more$/);
});

function bare(one: PlannedChange): PlannedChange {
  const { tags_all: _, ...after } = one.change.after ?? {};
  return { ...one, change: { ...one.change, after } };
}

/** What Terraform takes over, a teardown destroys: it was there before, and may be somebody else's. */
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

/** What the plan does not say, every sweep says after each teardown: UNKNOWN. */
describe('what no sweep will be able to confirm is named before it is made', () => {
  const part = (type: string, after: Values, more: Values = {}) =>
    created(type, { tags_all: undefined, ...after }, more);
  const named = (type: string, after: Values) => ({ ...created(type, after), address: `${type}.parent` });

  test.each([
    'aws_cloudwatch_query_definition',
    'aws_cloudwatch_event_connection',
    'aws_cloudwatch_log_resource_policy',
    'aws_db_event_subscription',
    'aws_ecs_capacity_provider',
    'aws_iam_group',
    'aws_iam_server_certificate',
    'aws_lb_trust_store',
    'aws_rds_global_cluster',
    'aws_s3_access_point',
    'aws_vpc_endpoint_service',
    'aws_vpc_ipam_pool',
    'aws_vpclattice_service',
    'aws_ec2_transit_gateway_multicast_domain',
  ])('%s, although its service is swept', (type) => {
    expect(risksOf([created(type, {})])).toEqual([[`${type}.x`, 'unconfirmed-type']]);
  });

  test.each<[string, PlannedChange[]]>([
    ['a record in a zone that others share', [part('aws_route53_record', { zone_id: 'Z1SHARED' })]],
    [
      'a record in one of two zones, which is another’s',
      [
        part('aws_route53_record', { zone_id: 'Z1SHARED' }),
        named('aws_route53_zone', { id: 'Z2OWN', zone_id: 'Z2OWN' }),
      ],
    ],
    ['an object in a bucket that others share', [part('aws_s3_object', { bucket: 'shared', key: 'dev.json' })]],
    ['a policy on a role of another root', [part('aws_iam_role_policy', { role: 'shared' })]],
  ])('%s', (_, changes) => {
    expect(risksOf(changes)).toEqual([[changes[0]?.address, 'unconfirmed-type']]);
  });

  test.each<[string, PlannedChange[]]>([
    [
      'a record in a zone that is made with it',
      [part('aws_route53_record', {}, { after_unknown: { zone_id: true } }), named('aws_route53_zone', {})],
    ],
    [
      'a record in a zone that is there',
      [part('aws_route53_record', { zone_id: 'Z1' }), named('aws_route53_zone', { id: 'Z1' })],
    ],
    [
      'a policy on a role whose name is known before the role',
      [part('aws_iam_role_policy', { role: 'shop-dev-task' }), named('aws_iam_role', { name: 'shop-dev-task' })],
    ],
    [
      'an attachment of a policy of AWS’s',
      [
        part('aws_iam_role_policy_attachment', { role: 'shop-dev', policy_arn: 'arn:aws:iam::aws:policy/A' }),
        named('aws_iam_role', { name: 'shop-dev' }),
      ],
    ],
    [
      'a permission on a qualified function',
      [
        part('aws_lambda_permission', { function_name: 'arn:aws:lambda:eu-west-1:1:function:f:live' }),
        named('aws_lambda_function', { arn: 'arn:aws:lambda:eu-west-1:1:function:f' }),
      ],
    ],
    // Their own service is asked for them, or for what they are a part of.
    [
      'a rule of a listener that others share',
      [part('aws_lb_listener_rule', { listener_arn: 'arn:l', tags_all: OWN })],
    ],
    ['a route of the main table of its VPC', [part('aws_route', { route_table_id: 'rtb-1' })]],
  ])('and not %s', (_, changes) => {
    expect(risksOf(changes)).toEqual([]);
  });
});
