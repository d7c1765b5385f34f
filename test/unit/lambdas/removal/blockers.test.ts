import { describe, expect, test } from 'vitest';
import {
  describeBlockers,
  findBlockers,
  type Own,
  type User,
  withBlockers,
} from '../../../../lambdas/removal/blockers.ts';
import { sdkError } from '../support/fixtures.ts';

const own: Own = {
  ...{ environment: 'dev', project: 'order-platform', prefix: 'order-platform-dev-v3' },
  ...{ leaving: new Set(['vpc-1', 'eni-leaving']), staying: new Set(['order-platform-dev-v3-alb']) },
};
const OWN = { project: 'order-platform', environment: 'dev' };
const eni = (description: string, more: Partial<User> = {}): User => ({
  ...{ type: 'network-interface', id: 'eni-1', description, tags: {} },
  ...more,
});
const group = (more: Partial<User>): User => ({
  type: 'security-group',
  id: 'sg-9',
  name: 'shared',
  tags: {},
  ...more,
});
const uuid = '0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f';

describe('who uses something', () => {
  test.each<[string, User, 'passes' | 'managed' | 'stays', RegExp]>([
    [
      'an interface of Lambda',
      eni(`AWS Lambda VPC ENI-thumbs-${uuid}`, { requester: '1:lambda' }),
      'passes',
      /eni-1 \(of the Lambda function thumbs; .*45 minutes.*Next: aws lambda get-function-configuration --function-name thumbs$/,
    ],
    [
      'an interface of a load balancer',
      eni('ELB app/others/0a1b', { requester: 'amazon-elb' }),
      'passes',
      /load balancer others\).*describe-load-balancers --names others$/,
    ],
    ['that of one that stays', eni('ELB app/order-platform-dev-v3-alb/0a1b'), 'stays', /order-platform-dev-v3-alb/],
    ['a classic one', eni('ELB old'), 'passes', /aws elb describe-load-balancers --load-balancer-names old$/],
    ['an interface of RDS', eni('RDSNetworkInterface', { requester: 'amazon-rds' }), 'passes', /of RDS/],
    ['a NAT gateway', eni('Interface for NAT Gateway nat-0a'), 'passes', /--nat-gateway-ids nat-0a$/],
    [
      'an endpoint of GuardDuty',
      eni('VPC Endpoint Interface vpce-0a', { requester: '1:endpoint' }),
      'managed',
      /--vpc-endpoint-ids vpce-0a$/,
    ],
    ['a file system', eni('EFS mount target for fs-0a (fsmt-1)'), 'managed', /--file-system-id fs-0a$/],
    ['a task', eni(`arn:aws:ecs:eu-west-1:123456789012:attachment/${uuid}`), 'passes', /of an ECS task/],
    [
      'whatever a service manages',
      eni('Directory', { requester: 'amazon-ds' }),
      'managed',
      /"Directory"; managed by amazon-ds/,
    ],
    ['an instance', eni('', { instance: 'i-1' }), 'stays', /attached to i-1.*--network-interface-ids eni-1$/],
    ['one of the environment', eni('', { tags: OWN }), 'passes', /eni-1/],
    ['one that is deleted with it', eni('', { id: 'eni-leaving' }), 'passes', /eni-leaving/],
    [
      'the group of a neighbour',
      group({ tags: { environment: 'life-2' } }),
      'stays',
      /sg-9 \(shared; of environment life-2, whose owner has to remove it\).*describe-security-groups --group-ids sg-9$/,
    ],
    ['the group of another project', group({ tags: { ...OWN, project: 'shop' } }), 'stays', /tagged project=shop/],
    [
      'the default group of its VPC',
      group({ name: 'default', vpc: 'vpc-1' }),
      'passes',
      /Next: npx runbook teardown dev/,
    ],
    ['that of a VPC that stays', group({ name: 'default', vpc: 'vpc-2' }), 'stays', /Next: npx runbook teardown dev/],
    ['a role of its own name', { type: 'role', id: 'order-platform-dev-v3-x' }, 'passes', /role order-platform/],
    [
      'a role of another name',
      { type: 'role', id: 'others' },
      'stays',
      /list-attached-role-policies --role-name others$/,
    ],
    ['something of an unknown type', { type: 'thing', id: 't' }, 'stays', /Next: look for this thing: t$/],
  ])('%s', (_, user, kind, why) => {
    const found = describeBlockers([user], own);
    expect(found.kind).toBe(kind);
    expect(found.why).toMatch(why);
  });

  test('is asked to go in the order of what helps, and ten are not all named', () => {
    const many = Array.from({ length: 10 }, (_, index) => eni('ELB app/x/1', { id: `eni-${index}` }));
    const { kind, why } = describeBlockers([...many, group({})], own);
    expect(kind).toBe('stays');
    expect(why).toMatch(
      /^used by security group sg-9 \(shared\), .* and 6 more\. Next: \S+ ec2 describe-security-groups/,
    );
  });

  test('cannot write a command, or a line', () => {
    const { why } = describeBlockers([eni('ELB app/$(id)/1\nERROR: x', { requester: 'a\nb' })], own);
    expect(why).not.toContain('\n');
    expect(why).toMatch(/Next: aws ec2 describe-network-interfaces --network-interface-ids eni-1$/);
  });

  test('is unknown when it could not be read: then the refusal is waited for as before', async () => {
    const denied = () => Promise.reject(sdkError('UnauthorizedOperation', 403));
    expect(await findBlockers('subnet', 'subnet-1', own, denied)).toEqual({
      kind: 'passes',
      why: 'it is not known what uses it: UnauthorizedOperation',
    });
    await expect(findBlockers('subnet', 'subnet-1', own, () => Promise.reject(new TypeError('x')))).rejects.toThrow();
  });

  test('is asked only where AWS says that something is in use', async () => {
    const users = () => Promise.reject(new Error('asked'));
    const one = { type: 'subnet', id: 'subnet-1' };
    expect(await withBlockers(undefined, one, own, users)).toBeUndefined();
    const obstacle = { kind: 'passes' as const, why: 'throttled' };
    expect(await withBlockers(obstacle, one, own, users)).toBe(obstacle);
    expect(await withBlockers({ ...obstacle, inUse: true }, one, own, async () => [])).toMatchObject(obstacle);
  });
});
