import { expect, test } from 'vitest';
import { deniedOf } from '../../aws/denied.ts';

const event = (role: string, errorCode?: string) => ({
  EventName: 'CreateQueue',
  CloudTrailEvent: JSON.stringify({
    eventSource: 'sqs.amazonaws.com',
    errorCode,
    errorMessage: 'is not authorized',
    userIdentity: { sessionContext: { sessionIssuer: { arn: `arn:aws:iam::123456789012:role/${role}` } } },
  }),
});
const build = 'Runbook-BuildsTerraformRole2C6652DA-AbC123';
const denied = { action: 'sqs:CreateQueue', message: 'AccessDenied: is not authorized' };

test.each([
  ['a build', event(build, 'AccessDenied'), { ...denied, role: 'Builds-Terraform' }],
  ['a task', event('order-platform-awstest-v3-api-task', 'AccessDenied'), { ...denied, role: 'api-task' }],
  ['EC2', event(build, 'Client.UnauthorizedOperation'), { message: 'Client.UnauthorizedOperation: is not authorized' }],
  ['what went well', event(build), undefined],
  ['what failed otherwise', event(build, 'QueueDoesNotExist'), undefined],
  ['somebody else', event('admin', 'AccessDenied'), undefined],
  ['an environment of another name', event('order-platform-dev-v3-api-task', 'AccessDenied'), undefined],
  ['an event without an identity', { EventName: 'X', CloudTrailEvent: '{"errorCode":"AccessDenied"}' }, undefined],
])('of %s', (_, one, expected) => {
  const found = deniedOf(one, 'order-platform-awstest-v3');
  if (expected) expect(found).toMatchObject(expected);
  else expect(found).toBeUndefined();
});
