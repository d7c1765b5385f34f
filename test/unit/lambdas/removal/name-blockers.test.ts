import { expect, test } from 'vitest';
import type { User } from '../../../../lambdas/removal/blockers.ts';
import { nameBlockers } from '../../../../lambdas/removal/name-blockers.ts';

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
    resource('aws_thing', 'thing'),
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

const refused = async (type: string, id: string, error: string) => {
  const event = { environment: 'dev', prefix: 'p', resources: [{ address: 'a', type, id, error }] };
  return (await nameBlockers(event, 'order-platform', async () => [])).blockers[0];
};

/** Each error has the wording of its service. */
test.each([
  [
    'aws_lb',
    'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/x/0a',
    "OperationNotPermitted: Load balancer 'x' cannot be deleted because deletion protection is enabled",
    /Value=false --load-balancer-arn arn:aws:elasticloadbalancing:\S+\/0a$/,
  ],
  [
    'aws_db_instance',
    'db-ABC',
    'deleting RDS DB Instance (p-db): InvalidParameterCombination: Cannot delete protected DB Instance, please disable deletion protection and try again.',
    /--no-deletion-protection --apply-immediately --db-instance-identifier p-db$/,
  ],
  [
    'aws_dynamodb_table',
    'p-tflock',
    'ValidationException: Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
    /update-table --no-deletion-protection-enabled --table-name p-tflock$/,
  ],
  [
    'aws_cloudwatch_log_group',
    '/ecs/p/api',
    'ValidationException: Cannot delete log group with deletion protection enabled. Disable deletion protection first.',
    /put-log-group-deletion-protection --no-deletion-protection-enabled --log-group-identifier \/ecs\/p\/api$/,
  ],
  [
    'aws_instance',
    'i-0a',
    "OperationNotPermitted: The instance 'i-0a' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.",
    /--no-disable-api-termination --instance-id i-0a$/,
  ],
  ['aws_s3_bucket', 'p-uploads', 'BucketNotEmpty: The bucket you tried to delete is not empty', /s3:\/\/p-uploads$/],
  [
    'aws_ecr_repository',
    'p-api',
    "RepositoryNotEmptyException: The repository with name 'p-api' in registry with id '1' cannot be deleted because it still contains images",
    /list-images --repository-name p-api$/,
  ],
  ['aws_iam_role', 'p-task', 'AccessDenied: x is not authorized to perform: iam:DeleteRole', /may not delete it$/],
  ['aws_thing', 't', 'UnauthorizedOperation: x', /may not delete it$/],
])('%s that is protected, full or denied is not waited for', async (type, id, error, why) => {
  expect(await refused(type, id, error)).toMatchObject({ kind: 'stays', why: expect.stringMatching(why) });
});

test.each([
  ['aws_s3_bucket', 'p', 'ServiceUnavailable: Reduce your request rate'],
  ['aws_db_instance', 'p', 'InvalidDBInstanceState: Instance p is currently being modified'],
  ['aws_s3_bucket', '$(id)', 'BucketNotEmpty'],
])('%s %s that is refused otherwise is as before: %s', async (type, id, error) => {
  expect(await refused(type, id, error)).toBeUndefined();
});
