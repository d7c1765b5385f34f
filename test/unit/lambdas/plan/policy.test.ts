import { expect, test } from 'vitest';
import { whyDangerous } from '../../../../lambdas/plan/policy.ts';

const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const allow = (Action: unknown, more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource: 'arn:aws:s3:::b',
  ...more,
});
const everywhere = { Resource: '*' };
const anyone = { Principal: '*', Resource: 'arn:aws:sns:::t' };

test.each<[string, string, string | undefined]>([
  ['one action on one resource', policy(allow('s3:GetObject')), undefined],
  ['a statement that is no list', JSON.stringify({ Statement: allow('s3:GetObject') }), undefined],
  ['all actions', policy(allow('*')), 'allows "*"'],
  ['all actions of a service', policy(allow(['s3:GetObject', 'iam:*'])), 'allows "iam:*"'],
  ['the second statement', policy(allow('s3:GetObject'), allow('s3:Put*')), 'allows "s3:Put*"'],
  ['a wildcard that denies', policy({ Effect: 'Deny', Action: '*', Resource: '*' }), undefined],
  [
    'everything but',
    policy({ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }),
    'allows everything but some actions',
  ],
  [
    'everywhere but',
    policy({ Effect: 'Allow', Action: 's3:GetObject', NotResource: 'x' }),
    'allows something on everything but some resources',
  ],
  ['writing everywhere', policy(allow('s3:DeleteBucket', everywhere)), 'allows "s3:DeleteBucket" on every resource'],
  ['an action that knows no resource', policy(allow('ecr:GetAuthorizationToken', everywhere)), undefined],
  ['writing everywhere, on a condition', policy(allow('s3:PutObject', { ...everywhere, Condition: {} })), undefined],
  ['a resource that lets anyone in', policy(allow('sns:Publish', anyone)), 'lets anyone in'],
  ['the same, in words', policy(allow('sns:Publish', { ...anyone, Principal: { AWS: ['*'] } })), 'lets anyone in'],
  ['the same, on a condition', policy(allow('sns:Publish', { ...anyone, Condition: { x: 1 } })), undefined],
  [
    'a trust policy',
    policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'ecs-tasks.amazonaws.com' } }),
    undefined,
  ],
  ['no policy', 'hello', 'has a policy that cannot be read'],
])('%s', (_, text, why) => {
  expect(whyDangerous(text)).toBe(why);
});
