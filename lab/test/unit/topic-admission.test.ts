import { expect, test } from 'vitest';
import { admitsEventBridge } from '../../eventbridge/admission.ts';

const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:alerts';
const events = { Service: 'events.amazonaws.com' };
const statement = (changes: object) => ({
  ...{ Effect: 'Allow', Principal: events, Action: 'sns:Publish', Resource: TOPIC },
  ...changes,
});
const owner = { StringEquals: { 'AWS:SourceOwner': '123456789012' } };
const plainHttp = { Bool: { 'aws:SecureTransport': 'false' } };

test.each<[string, boolean, object[]]>([
  ['a statement for EventBridge', true, [statement({})]],
  ['one of several services', true, [statement({ Principal: { Service: ['a', 'events.amazonaws.com'] } })]],
  ['everybody', true, [statement({ Principal: '*', Action: ['SNS:*'], Resource: '*' })]],
  ['a denial of plain HTTP beside it', true, [statement({}), statement({ Effect: 'Deny', Condition: plainHttp })]],
  ['no statement', false, []],
  ['the policy that a topic has by itself', false, [statement({ Principal: { AWS: '*' }, Condition: owner })]],
  ['a condition', false, [statement({ Condition: { StringEquals: { 'aws:SourceAccount': '123456789012' } } })]],
  ['another service', false, [statement({ Principal: { Service: 'cloudwatch.amazonaws.com' } })]],
  ['another topic', false, [statement({ Resource: `${TOPIC}-2` })]],
  ['another action', false, [statement({ Action: 'sns:Subscribe' })]],
  ['a denial', false, [statement({}), statement({ Effect: 'Deny' })]],
])('a policy with %s admits events: %j', (_what, admitted, Statement) => {
  expect(admitsEventBridge(JSON.stringify({ Statement }), TOPIC)).toBe(admitted);
});
