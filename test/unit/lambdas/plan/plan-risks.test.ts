import { describe, expect, test } from 'vitest';
import type { PlanFile, PlannedChange } from '../../../../lambdas/contracts/plan.ts';
import { describeRisks, planRisks } from '../../../../lambdas/plan/plan-risks.ts';
import { created, OWN, planned, risksOf, TERMS, type Values } from '../support/plans.ts';

/** Each row has a change that stops a teardown and, where it exists, the same change without the risk. */
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
  ...['root_block_device', 'ebs_block_device'].map((block) =>
    trap(
      'kept',
      'aws_instance',
      { [block]: [{ volume_size: 100, delete_on_termination: false }] },
      { [block]: [{ delete_on_termination: true }] },
    ),
  ),
  trap(
    'kept',
    'aws_launch_template',
    { block_device_mappings: [{ ebs: [{ delete_on_termination: 'false' }] }] },
    { block_device_mappings: [{ ebs: [{ delete_on_termination: 'true' }] }, { ebs: [], no_device: '' }] },
  ),
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
    // A resource that existed before this plan, and stays, stops the teardown too.
    expect(risksOf([{ ...bad, change: { ...bad.change, actions: ['no-op'] } }])).toEqual([[bad.address, risk]]);
    // A resource that the plan deletes is not part of the teardown.
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
  /** The provider plans a resource in this shape when one of its tags is not known yet. */
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
    ['are known from the provider’s other resources', [pending('aws_sqs_queue'), sibling()], undefined],
    [
      'are known from another provider’s resources alone',
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

test('what a removed block forgets stays, and no teardown takes it away', () => {
  const change = { actions: ['forget'], before: { tags_all: OWN }, after: null };
  const forgotten = { ...created('aws_db_instance', {}), change } as PlannedChange;
  expect(risksOf([forgotten])).toEqual([['aws_db_instance.x', 'kept']]);
  const accepted = [{ risk: 'kept' as const, address: 'aws_db_instance.x', why: 'moved to another root' }];
  expect(risksOf([forgotten], {}, { accepted })).toEqual([]);
});

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

describe('a setting that a plan hides', () => {
  test.each([
    ['aws_db_instance', 'deletion_protection', 'deletion-protection'],
    ['aws_lb', 'enable_deletion_protection', 'deletion-protection'],
    ['aws_ecs_task_definition', 'skip_destroy', 'kept'],
    ['aws_elasticache_cluster', 'final_snapshot_identifier', 'final-snapshot'],
  ])('may stop the teardown of %s: %s', (type, attribute, risk) => {
    const [found] = planRisks(planned([created(type, { [attribute]: '(sensitive)' })]), TERMS);
    expect(found).toMatchObject({ risk, why: expect.stringContaining(`${attribute} is sensitive, and not shown`) });
  });
});
