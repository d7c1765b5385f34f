import { beforeAll, describe, expect, test } from 'vitest';
import { SWEEP_SERVICES, type SweepService } from '../../../../lambdas/contracts/sweep-request.ts';
import { parseState } from '../../../../lambdas/plan/terraform-state.ts';
import { sweepOfArn } from '../../../../lambdas/sweep/sweep-of-arn.ts';
import { PART, type Sweeper } from '../../../../lambdas/sweep/sweep-service.ts';

/**
 * A sweep queries the resource that a tag or the state names, and never another one whose name begins in the same way.
 */

const REGION = 'eu-west-1';
const sweepers = new Map<SweepService, Sweeper>();
const arn = (service: string, resource: string) => `arn:aws:${service}:${REGION}:123456789012:${resource}`;
const ofArn = (one: string) => sweepers.get(sweepOfArn(one, REGION))?.fromArn(one);
const HEX = '0123456789abcdef0';

beforeAll(async () => {
  process.env.AWS_REGION = REGION;
  const { loadSweeper } = await import('../../../../lambdas/aws/sweepers.ts');
  for (const service of SWEEP_SERVICES) sweepers.set(service, await loadSweeper(service));
}, 60_000);

describe('a resource of EC2', () => {
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html#amazonec2-resources-for-iam-policies
  test.each([
    ['vpc-endpoint-service', `vpce-svc-${HEX}`],
    ['vpc-endpoint-service-permission', `vpce-svc-perm-${HEX}`],
    ['vpc-endpoint-connection', `vpce-con-${HEX}`],
    ['transit-gateway-multicast-domain', `tgw-mcast-domain-${HEX}`],
    ['transit-gateway-connect-peer', `tgw-connect-peer-${HEX}`],
    ['transit-gateway-policy-table', `tgw-ptb-${HEX}`],
    ['transit-gateway-route-table-announcement', `tgw-rtb-announcement-${HEX}`],
    ['instance-connect-endpoint', `eice-${HEX}`],
    ['client-vpn-endpoint', `cvpn-endpoint-${HEX}`],
    ['vpc-block-public-access-exclusion', `vpcbpa-exclude-${HEX}`],
    ['subnet-cidr-reservation', `scr-${HEX}`],
    ['capacity-reservation', `cr-${HEX}`],
  ])('%s is nothing that is asked for by an id like %s', (kind, id) => {
    expect(ofArn(arn('ec2', `${kind}/${id}`))).toBeUndefined();
  });

  test.each([
    ['vpc-endpoint', `vpce-${HEX}`, 'vpc-endpoint'],
    ['transit-gateway', `tgw-${HEX}`, 'transit-gateway'],
    ['transit-gateway-attachment', `tgw-attach-${HEX}`, 'transit-gateway-attachment'],
    ['transit-gateway-route-table', `tgw-rtb-${HEX}`, 'transit-gateway-route-table'],
    ['instance', 'i-0a1b2c3d', 'instance'],
  ])('%s/%s is a %s', (kind, id, type) => {
    expect(ofArn(arn('ec2', `${kind}/${id}`))).toMatchObject({ type, id });
  });

  test.each([
    ['aws_vpc_endpoint_service', `vpce-svc-${HEX}`],
    ['aws_vpc_endpoint_connection_notification', `vpce-nfn-${HEX}`],
    ['aws_ec2_transit_gateway_multicast_domain', `tgw-mcast-domain-${HEX}`],
    ['aws_ec2_transit_gateway_connect_peer', `tgw-connect-peer-${HEX}`],
    ['aws_ec2_transit_gateway_prefix_list_reference', `tgw-rtb-${HEX}_pl-${HEX}`],
    ['aws_ami_launch_permission', `ami-${HEX}-123456789012`],
    ['aws_vpc_security_group_vpc_association', `sg-${HEX},vpc-${HEX}`],
  ])('in the state as %s with the id %s is never taken for another', (type, id) => {
    const text = JSON.stringify({
      ...{ version: 4, lineage: 'l' },
      resources: [{ mode: 'managed', type, name: 'x', instances: [{ attributes: { id } }] }],
    });
    const [item] = parseState(text).items;
    expect(item && sweepers.get('ec2')?.fromInventory(item)).toBeUndefined();
  });
});

describe('a tag is never passed over', () => {
  // A resource that has its own tags is never treated as a part of another resource, which a sweep does not query.
  test.each([
    arn('s3', 'accesspoint/shop-dev-reader'),
    arn('s3', 'storage-lens/shop-dev'),
    arn('s3', 'storage-lens-group/shop-dev'),
    arn('s3', 'access-grants/default'),
    arn('s3', 'job/0123'),
    arn('s3-object-lambda', 'accesspoint/shop-dev'),
  ])('on %s', (one) => {
    expect(ofArn(one)).not.toBe(PART);
  });

  test.each([
    ['AWS::ElasticLoadBalancingV2::ListenerRule', 'listener-rule/app/shared/0123456789abcdef/0123/4567'],
    ['AWS::ElasticLoadBalancingV2::Listener', 'listener/app/shared/0123456789abcdef/0123456789abcdef'],
  ])('on a %s of a load balancer that is shared', (type, resource) => {
    const one = arn('elasticloadbalancing', resource);
    expect(ofArn(one)).toMatchObject({ type, id: one });
  });

  test('nor is an object of a bucket asked for', () => {
    expect(ofArn('arn:aws:s3:::shop-dev-data/key')).toBe(PART);
    expect(ofArn('arn:aws:s3:::shop-dev-data')).toMatchObject({ type: 'bucket', id: 'shop-dev-data' });
  });
});
