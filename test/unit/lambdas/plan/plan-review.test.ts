import { describe, expect, test } from 'vitest';
import type { PlannedChange } from '../../../../lambdas/contracts/plan.ts';
import { aboutPlan } from '../../../../lambdas/notifications/plan.ts';
import { reviewPlan as review } from '../../../../lambdas/plan/plan-review.ts';

type Values = Record<string, unknown>;
const TERMS = { own: { project: 'shop', environment: 'dev' }, owns: () => true, maxDeletions: 100, accepted: [] };
const reviewPlan = (resource_changes: PlannedChange[]) =>
  review({ resource_changes, foundVpcs: [], lifecycles: [] }, TERMS);
const ANEW = ['delete', 'create'];

function planned(type: string, actions: string[], before: Values | null, after: Values | null, more: Values = {}) {
  const { index, ...change } = more;
  const address = index === undefined ? `${type}.x` : `${type}.x["${index}"]`;
  return { address, type, index, change: { actions, before, after, ...change } } as PlannedChange;
}
const created = (type: string, after: Values, more: Values = {}) => planned(type, ['create'], null, after, more);
const updated = (type: string, before: Values, after: Values) => planned(type, ['update'], before, after);
const destroyed = (type: string) => planned(type, ['delete'], {}, null);
const kept = (type: string, values: Values, more: Values = {}) => planned(type, ['no-op'], values, values, more);
const door = (more: Values) =>
  created('aws_vpc_security_group_ingress_rule', { cidr_ipv4: '0.0.0.0/0', from_port: 80, to_port: 80, ...more });
const loadBalancer = (more: Values = {}) => kept('aws_lb', { arn: 'public', internal: false, ...more });
const internal = { ...loadBalancer({ arn: 'internal', internal: true }), address: 'aws_lb.internal' };
const listenerOf = (load_balancer_arn: string) => kept('aws_lb_listener', { port: 80, load_balancer_arn });
const http = kept('aws_lb_listener', { port: 80 });
const allow = (Action: string) => JSON.stringify({ Statement: [{ Effect: 'Allow', Action, Resource: 'arn:x' }] });

describe('what is dangerous in a plan', () => {
  test.each<[string, string | undefined, PlannedChange[]]>([
    ['a database that goes', 'is destroyed with what it holds', [destroyed('aws_db_instance')]],
    ['a database made anew', 'is made anew, and what it holds is lost', [planned('aws_db_instance', ANEW, {}, {})]],
    [
      'a queue made before it goes',
      'is made anew, and what it holds is lost',
      [planned('aws_sqs_queue', ANEW.toReversed(), {}, {})],
    ],
    ['a bucket that goes', 'is destroyed with what it holds', [destroyed('aws_s3_bucket')]],
    ['a bucket’s setting that goes', undefined, [destroyed('aws_s3_bucket_versioning')]],
    ['a service made anew', undefined, [planned('aws_ecs_service', ANEW, {}, {})]],
    ['a database that changes', undefined, [updated('aws_db_instance', {}, { allocated_storage: 30 })]],
    [
      'a resource that Terraform forgets',
      'is forgotten: it stays, and no teardown takes it away',
      [planned('aws_lb', ['forget'], {}, null)],
    ],
    ['the port of the load balancer, open', undefined, [loadBalancer(), http, door({})]],
    ['the port of one that is so by default', undefined, [loadBalancer({ internal: undefined }), http, door({})]],
    ['the port of one that says so itself', undefined, [loadBalancer(), internal, listenerOf('public'), door({})]],
    ['the port of an internal load balancer, open', 'lets the world in', [internal, http, door({})]],
    ['the port of the internal one of two, open', 'lets the world in', [loadBalancer(), internal, http, door({})]],
    [
      'the port of the internal one, by its ARN',
      'lets the world in',
      [loadBalancer(), internal, listenerOf('internal'), door({})],
    ],
    [
      'the port of one that may be internal, open',
      'lets the world in',
      [{ ...loadBalancer({ internal: undefined }), configured: ['internal'] }, http, door({})],
    ],
    ['the port of a load balancer of others, open', 'lets the world in', [http, door({})]],
    [
      'all traffic beside a listener without a port',
      'lets the world in',
      [loadBalancer(), kept('aws_lb_listener', { port: null }), door({ from_port: null, to_port: null })],
    ],
    ['another port, open', 'lets the world in', [http, door({ from_port: 22, to_port: 22 })]],
    ['a range around it, open', 'lets the world in', [http, door({ from_port: 0 })]],
    ['all ports, open', 'lets the world in', [http, door({ from_port: undefined, to_port: undefined })]],
    ['that port without a listener, open', 'lets the world in', [door({})]],
    ['a port open to IPv6', 'lets the world in', [door({ cidr_ipv4: null, cidr_ipv6: '::/0' })]],
    ['a port open to a network', undefined, [door({ cidr_ipv4: '10.0.0.0/8' })]],
    [
      'an older rule, open',
      'lets the world in',
      [created('aws_security_group_rule', { type: 'ingress', cidr_blocks: ['0.0.0.0/0'], from_port: 22, to_port: 22 })],
    ],
    [
      'the way out, open',
      undefined,
      [
        created('aws_security_group_rule', {
          type: 'egress',
          cidr_blocks: ['0.0.0.0/0'],
          from_port: 443,
          to_port: 443,
        }),
      ],
    ],
    [
      'a group with an open rule inside',
      'lets the world in',
      [created('aws_security_group', { ingress: [{ ipv6_cidr_blocks: ['::/0'], from_port: 5432, to_port: 5432 }] })],
    ],
    [
      'a public database',
      'is reachable from the internet',
      [created('aws_db_instance', { publicly_accessible: true })],
    ],
    ['a database in clear text', 'is not encrypted', [created('aws_db_instance', { storage_encrypted: false })]],
    [
      'protection that is taken off',
      'loses deletion_protection',
      [updated('aws_db_instance', { deletion_protection: true }, { deletion_protection: false })],
    ],
    ['protection that never was', undefined, [created('aws_db_instance', { deletion_protection: false })]],
    [
      'a bucket opened to the public',
      'loses block_public_policy',
      [updated('aws_s3_bucket_public_access_block', { block_public_policy: true }, { block_public_policy: false })],
    ],
    ['a bucket’s lock that goes', 'no longer keeps the public out', [destroyed('aws_s3_bucket_public_access_block')]],
    [
      'a role without its boundary',
      'loses its permissions boundary',
      [updated('aws_iam_role', { permissions_boundary: 'arn:b' }, { permissions_boundary: null })],
    ],
    ['a policy with a wildcard', 'allows "s3:*"', [created('aws_iam_role_policy', { policy: allow('s3:*') })]],
    ['a policy without', undefined, [created('aws_iam_role_policy', { policy: allow('s3:GetObject') })]],
    [
      'an administrator',
      'gives arn:aws:iam::aws:policy/AdministratorAccess',
      [created('aws_iam_role_policy_attachment', { policy_arn: 'arn:aws:iam::aws:policy/AdministratorAccess' })],
    ],
    ['a danger that was there before', undefined, [kept('aws_db_instance', { publicly_accessible: true })]],
  ])('%s', (_, why, changes) => {
    expect(reviewPlan(changes).dangerous.map((one) => one.why)).toEqual(why ? [why] : []);
  });

  test('is not what nobody can know yet, which is said apart', () => {
    const { dangerous, unknown } = reviewPlan([
      created('aws_iam_role_policy', { name: 'x' }, { after_unknown: { policy: true, id: true } }),
      created('aws_lb', {}, { after_unknown: { arn: true } }),
    ]);
    expect(dangerous).toEqual([]);
    expect(unknown).toEqual([
      { address: 'aws_iam_role_policy.x', why: 'has a policy that is known only when it is applied' },
    ]);
  });
});

describe('what a plan does', () => {
  const changes = [
    created('aws_lb', {}),
    created('aws_sqs_queue', {}),
    planned('aws_ecs_service', ANEW, {}, {}),
    updated('aws_db_instance', {}, {}),
    destroyed('aws_sns_topic'),
    kept('aws_vpc', {}),
    planned('aws_region', ['read'], null, {}),
  ];

  test('is counted as Terraform counts it', () => {
    expect(reviewPlan(changes)).toMatchObject({
      ...{ add: 3, change: 1, destroy: 2 },
      destroyed: ['aws_sns_topic.x'],
      madeAnew: ['aws_ecs_service.x'],
      byType: expect.arrayContaining([{ type: 'aws_ecs_service', add: 1, change: 0, destroy: 1 }]),
    });
  });

  test('is described with what is dangerous first', () => {
    const text = aboutPlan(reviewPlan([...changes, destroyed('aws_s3_bucket')]));
    expect(text).toMatch(
      /^Terraform would add 3, change 1 and destroy 3 resources\.\n\nDANGEROUS:\n- aws_s3_bucket\.x is/,
    );
    expect(text).toMatch(
      /Destroyed:\n- aws_sns_topic\.x\n- aws_s3_bucket\.x\n\nDestroyed and created again:\n- aws_ecs_service\.x/,
    );
    expect(text).toMatch(/- aws_ecs_service: add 1, destroy 1\n/);
    expect(aboutPlan(reviewPlan(changes))).toContain('No dangerous changes were found.');
  });

  test('and a long list is cut short', () => {
    const many = Array.from({ length: 25 }, () => destroyed('aws_s3_bucket'));
    expect(aboutPlan(reviewPlan(many)).match(/- and 5 more/g)).toHaveLength(2);
  });
});

describe('what a plan adds to what others have', () => {
  const group = { security_group_id: 'sg-1' };
  const dangers = (...changes: PlannedChange[]) => reviewPlan(changes).dangerous;

  test.each<[string, Values]>([
    ['aws_security_group_rule', group],
    ['aws_vpc_security_group_ingress_rule', group],
    ['aws_vpc_security_group_egress_rule', group],
    ['aws_lb_listener_rule', { listener_arn: 'arn:l' }],
    ['aws_lb_listener', { load_balancer_arn: 'arn:l' }],
    ['aws_lb_target_group_attachment', { target_group_arn: 'arn:l' }],
  ])('is dangerous: %s of %j', (type, after) => {
    const found = [{ address: `${type}.x`, why: expect.stringMatching(/^is added to (sg-1|arn:l), which this root/) }];
    expect(dangers(created(type, after))).toEqual(found);
    // A second one does not make it the root's.
    expect(dangers(created(type, after), kept(type, after))).toEqual(found);
    expect(dangers(updated(type, after, after))).toEqual(found);
    expect(dangers(kept(type, after))).toEqual([]);
  });

  test.each<[string, PlannedChange]>([
    ['the root’s own group', kept('aws_security_group', { id: 'sg-1' })],
    ['the default group of its VPC', kept('aws_vpc', { default_security_group_id: 'sg-1' })],
    ['the group of its cluster', kept('aws_eks_cluster', { vpc_config: [{ cluster_security_group_id: 'sg-1' }] })],
  ])('is not dangerous in %s, nor in what the plan makes', (_, own) => {
    expect(dangers(created('aws_security_group_rule', group), own)).toEqual([]);
    expect(dangers(created('aws_security_group_rule', {}, { after_unknown: { security_group_id: true } }))).toEqual([]);
  });
});

describe('what a plan costs', () => {
  test.each([
    ['nothing that has a price', created('aws_instance', {}), true],
    ['something that has one', created('aws_lb', {}), false],
  ])('says of %s whether a maximum cost ends it', (_, change, isWithout) => {
    expect(aboutPlan(reviewPlan([change])).includes('a maximum cost (maxCostUsd) does not end')).toBe(isWithout);
  });

  const size = { cpu: '1024', memory: '2048' };
  const loadBalancer = 0.0252 + 2 * 0.005;
  const task = (cpu: number, gb: number) => cpu * 0.03238 + gb * 0.00356 + 0.005;

  test('of what is to be made, with definitions that have no ARN yet', () => {
    const { usdPerHour, usdPerHourNow } = reviewPlan([
      created('aws_lb', {}),
      created('aws_ecs_task_definition', size, { index: 'api' }),
      created('aws_ecs_task_definition', {}, { index: 'worker' }),
      created('aws_ecs_service', { desired_count: 2 }, { index: 'api' }),
    ]);
    expect(usdPerHour).toBeCloseTo(loadBalancer + 2 * task(1, 2), 6);
    expect(usdPerHourNow).toBe(0);
  });

  test('of what stays, and of what goes', () => {
    const definition = kept('aws_ecs_task_definition', { ...size, arn: 'arn:d' });
    const service = kept('aws_ecs_service', { desired_count: 1, task_definition: 'arn:d' });
    const { usdPerHour, usdPerHourNow } = reviewPlan([definition, service, destroyed('aws_lb')]);
    expect(usdPerHour).toBeCloseTo(task(1, 2), 6);
    expect(usdPerHourNow).toBeCloseTo(task(1, 2) + loadBalancer, 6);
  });
});

/** The build shows no value that is sensitive, and one in a block hides the blocks of that name. */
describe('what a plan hides may be dangerous', () => {
  const HIDDEN = '(sensitive)';
  test.each<[string, PlannedChange]>([
    ['the rules of a group', created('aws_security_group', { ingress: HIDDEN })],
    ['a source of such a rule', created('aws_security_group', { ingress: [{ cidr_blocks: HIDDEN }] })],
    ['the sources of a rule', created('aws_security_group_rule', { type: 'ingress', cidr_blocks: [HIDDEN] })],
    ['the kind of a rule, and its source', created('aws_security_group_rule', { type: HIDDEN, cidr_blocks: [HIDDEN] })],
    ['the source of a rule of its own', created('aws_vpc_security_group_ingress_rule', { cidr_ipv4: HIDDEN })],
    [
      'a source that the build knows as a secret',
      created('aws_vpc_security_group_ingress_rule', { cidr_ipv4: '(secret)' }),
    ],
  ])('%s', (_, change) => {
    const { dangerous, unknown } = reviewPlan([change]);
    expect({ dangerous, unknown }).toEqual({
      dangerous: [],
      unknown: [{ address: change.address, why: expect.stringMatching(/sensitive.*may be the world/) }],
    });
  });

  test('and what lets others out is none of it', () => {
    const rules = [
      created('aws_security_group_rule', { type: 'egress', cidr_blocks: [HIDDEN] }),
      created('aws_vpc_security_group_egress_rule', { cidr_ipv4: HIDDEN }),
    ];
    expect(reviewPlan(rules).unknown).toEqual([]);
  });

  test.each([
    'ingress',
    'container_definitions',
    'policy',
    'tags',
    'name',
    'subnets',
    'desired_count',
    'allocated_storage',
  ])('whatever it is, the plan is reviewed: %s', (attribute) => {
    for (const type of [
      'aws_security_group',
      'aws_ecs_task_definition',
      'aws_ecs_service',
      'aws_db_instance',
      'aws_lb',
    ])
      expect(() => reviewPlan([created(type, { [attribute]: HIDDEN })])).not.toThrow();
  });
});
