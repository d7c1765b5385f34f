import { describe, expect, test } from 'vitest';
import type { PlannedChange } from '../../../../lambdas/contracts/plan.ts';
import { created, OWN, risksOf, type Values } from '../support/plans.ts';

/** If the plan does not report these resources, every sweep after a teardown reports them as UNKNOWN. */
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
    // The sweeper of their own service queries these, or the resource that they are a part of.
    [
      'a rule of a listener that others share',
      [part('aws_lb_listener_rule', { listener_arn: 'arn:l', tags_all: OWN })],
    ],
    ['a route of the main table of its VPC', [part('aws_route', { route_table_id: 'rtb-1' })]],
  ])('and not %s', (_, changes) => {
    expect(risksOf(changes)).toEqual([]);
  });
});
