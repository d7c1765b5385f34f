import { expect, test } from 'vitest';
import type { User } from '../../../../lambdas/operations/blockers.ts';
import { nameBlockers } from '../../../../lambdas/operations/name-blockers.ts';

const users: Record<string, User[]> = {
  'security-group sg-1': [{ type: 'security-group', id: 'sg-9', name: 'shared', tags: { environment: 'life-2' } }],
  'subnet subnet-1': [{ type: 'network-interface', id: 'eni-1', description: 'ELB app/x/1', tags: {} }],
};
const resource = (type: string, id: string) => ({ address: `${type}.x`, type, id });

test('what Terraform could not delete is named with who uses it, and whether that passes', async () => {
  const asked: string[] = [];
  const resources = [
    resource('aws_security_group', 'sg-1'),
    resource('aws_subnet', 'subnet-1'),
    resource('aws_vpc', 'vpc-1'),
    resource('aws_db_instance', 'db'),
  ];
  const event = { environment: 'dev', prefix: 'order-platform-dev-v3', resources };
  const { blockers } = await nameBlockers(event, 'order-platform', async (type, id) => {
    asked.push(`${type} ${id}`);
    return users[`${type} ${id}`] ?? [];
  });
  expect(asked).toEqual(['security-group sg-1', 'subnet subnet-1', 'vpc vpc-1']);
  expect(blockers).toEqual([
    expect.objectContaining({ address: 'aws_security_group.x', kind: 'stays', why: expect.stringContaining('life-2') }),
    expect.objectContaining({ id: 'subnet-1', kind: 'passes', why: expect.stringContaining('eni-1') }),
  ]);
});
