import { expect, test } from 'vitest';
import { isAllowed } from '../../../iam/evaluation.ts';
import type { Policy } from '../../../iam/policies.ts';

const policy = (Statement: unknown): Policy => ({ name: 'one', policy: { Statement } });
const Resource = '*';
const allow = (Action: string | string[]) => ({ Effect: 'Allow', Action, Resource });

test.each<[boolean, string, Policy[], Policy[]?]>([
  [true, 'of the same name', [policy([allow('sqs:SendMessage')])]],
  [true, 'that is no list', [policy(allow('sqs:SendMessage'))]],
  [true, 'in a list', [policy([allow(['sns:Publish', 'sqs:SendMessage'])])]],
  [true, 'in other letters', [policy([allow('SQS:sendmessage')])]],
  [true, 'with a star', [policy([allow('sqs:Send*')])]],
  [true, 'with a question mark', [policy([allow('sqs:SendMessag?')])]],
  [true, 'of everything', [policy([allow('*')])]],
  [true, 'of all but others', [policy([{ Effect: 'Allow', NotAction: 'sns:*', Resource }])]],
  [true, 'in the second policy', [policy([allow('sns:Publish')]), policy([allow('sqs:*')])]],
  [false, 'of another action', [policy([allow('sqs:SendMessageBatch')])]],
  [false, 'of all but this', [policy([{ Effect: 'Allow', NotAction: 'sqs:*', Resource }])]],
  [false, 'that another statement denies', [policy([allow('*'), { ...allow('sqs:S*'), Effect: 'Deny' }])]],
  [false, 'that denies all but others', [policy([allow('*'), { Effect: 'Deny', NotAction: 'sns:*', Resource }])]],
  [true, 'within the boundary', [policy([allow('*')])], [policy([allow('sqs:*')])]],
  [false, 'beyond the boundary', [policy([allow('*')])], [policy([allow('sns:*')])]],
  [false, 'with a boundary of nothing', [policy([allow('*')])], [policy([])]],
  [false, 'in no policy', []],
])('%s: a statement %s', (allowed, _, identity, boundary) => {
  const place = { accountId: '123456789012', region: 'eu-west-1' };
  const principal = 'arn:aws:iam::123456789012:role/one';
  const policies = { identity, boundary, boundaryArn: undefined, trust: { Statement: [] }, tellsTags: () => false };
  const asked = () =>
    isAllowed(place, principal, policies, { action: 'sqs:SendMessage' }, 'arn:aws:sqs:eu-west-1:123456789012:q');
  expect([asked(), asked()]).toEqual([allowed, allowed]);
});
