import { App, Stack } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { isAllowed } from '../../lab/iam/evaluation.ts';
import { zone } from '../../lambdas/contracts/zones.ts';
import { document, type Grant } from '../../lib/iam/role.ts';
import { rootGrant, stackGrant } from '../../lib/iam/stack-grants.ts';
import { apiGrants } from '../../lib/iam/terraform/api-grants.ts';
import { fileGrants } from '../../lib/iam/terraform/file-grants.ts';
import { zoneGrants } from '../../lib/iam/terraform/zone-grants.ts';

/** What AWS names by ids is limited by tags, by the ids of the configuration, or by the names of records. */

const ACCOUNT = '123456789012';
const stack = new Stack(new App(), 'S', { env: { account: ACCOUNT, region: 'eu-west-1' } });
const place = { accountId: ACCOUNT, region: 'eu-west-1' } as never;

function rules(grants: readonly Grant[]) {
  const text = JSON.stringify(stack.resolve(document(grants)))
    .replaceAll('{"Ref":"AWS::Partition"}', '"aws"')
    .replaceAll('{"Ref":"AWS::Region"}', '"eu-west-1"')
    .replaceAll(/\{"Fn::Join":\["",(\[[^\]]*\])\]\}/g, (_, parts: string) =>
      JSON.stringify((JSON.parse(parts) as string[]).join('')),
    );
  const policies = {
    identity: [{ name: 'set', policy: JSON.parse(text) }],
    ...{ boundary: undefined, boundaryArn: undefined, trust: { Statement: [] }, tellsTags: () => true },
  } as never;
  return (action: string, resource: string, context: Record<string, string | string[]> = {}) =>
    isAllowed(place, `arn:aws:iam::${ACCOUNT}:role/terraform`, policies, { action, context } as never, resource);
}

const OWN = { 'aws:ResourceTag/project': 'shop' };
const OTHER = { 'aws:ResourceTag/project': 'bank' };
const NEW = { 'aws:RequestTag/project': 'shop' };

const api = rules(apiGrants('shop'));
const at = (path: string) => `arn:aws:apigateway:eu-west-1::${path}`;
test.each<[string, string, Record<string, string>, boolean]>([
  ['POST', '/apis', NEW, true],
  ['POST', '/apis', {}, false],
  ['POST', '/restapis', NEW, true],
  ['POST', '/restapis', { 'aws:RequestTag/project': 'bank' }, false],
  ['DELETE', '/apis/a', OWN, true],
  ['DELETE', '/apis/a', OTHER, false],
  ['DELETE', '/apis/a', {}, false],
  ['DELETE', '/restapis/a', {}, false],
  ['PUT', '/restapis/a/resources/b/methods/GET', OWN, true],
  ['POST', '/apis/a/routes', NEW, false],
  // A tag that opens the deletion of an API is given to no stranger's.
  ['PUT', '/tags/arn', NEW, false],
  ['POST', '/tags/arn', NEW, false],
  ['GET', '/tags/arn', {}, true],
  ['GET', '/apis/a', OTHER, false],
  ['DELETE', '/domainnames/a', OWN, false],
])('an API: %s %s with %j: %s', (method, path, context, expected) => {
  expect(api(`apigateway:${method}`, at(path), context)).toBe(expected);
});

const file = rules(fileGrants(stack, 'shop'));
const efs = `arn:aws:elasticfilesystem:eu-west-1:${ACCOUNT}:file-system/fs-1`;
const ec2 = (resource: string) => `arn:aws:ec2:eu-west-1:${ACCOUNT}:${resource}`;
const created = { ...NEW, 'elasticfilesystem:CreateAction': 'CreateFileSystem' };
test.each<[string, string, Record<string, string>, boolean]>([
  ['elasticfilesystem:CreateFileSystem', '*', NEW, true],
  ['elasticfilesystem:CreateFileSystem', '*', {}, false],
  ['elasticfilesystem:TagResource', efs, created, true],
  ['elasticfilesystem:TagResource', efs, NEW, false],
  ['elasticfilesystem:TagResource', efs, { ...created, 'aws:RequestTag/project': 'bank' }, false],
  ['elasticfilesystem:DeleteFileSystem', efs, OWN, true],
  ['elasticfilesystem:DeleteFileSystem', efs, OTHER, false],
  ['elasticfilesystem:CreateMountTarget', efs, {}, false],
  ['ec2:CreateNetworkInterface', ec2('subnet/subnet-1'), OWN, true],
  ['ec2:CreateNetworkInterface', ec2('subnet/subnet-1'), OTHER, false],
  ['ec2:CreateNetworkInterface', ec2('network-interface/eni-1'), {}, true],
  // Nothing limits it to the interfaces of mount targets.
  ['ec2:DeleteNetworkInterface', ec2('network-interface/eni-1'), {}, false],
])('a file system: %s on %s with %j: %s', (action, resource, context, expected) => {
  expect(file(action, resource, context)).toBe(expected);
});

const zones = rules(zoneGrants([{ id: 'Z1', records: ['*.dev.example.com', 'dev.example.com'] }]));
const NAMES = 'route53:ChangeResourceRecordSetsNormalizedRecordNames';
test.each<[string, string[], boolean]>([
  ['Z1', ['api.dev.example.com'], true],
  ['Z1', ['dev.example.com', '_x.api.dev.example.com'], true],
  ['Z1', ['www.example.com'], false],
  // One call may change several records.
  ['Z1', ['api.dev.example.com', 'www.example.com'], false],
  ['Z2', ['api.dev.example.com'], false],
])('in the zone %s, the records %j may be changed: %s', (id, names, expected) => {
  expect(zones('route53:ChangeResourceRecordSets', `arn:aws:route53:::hostedzone/${id}`, { [NAMES]: names })).toBe(
    expected,
  );
});

test('without the names of records, no record is changed, and no zone is deleted', () => {
  expect(zones('route53:ChangeResourceRecordSets', 'arn:aws:route53:::hostedzone/Z1')).toBe(false);
  expect(zones('route53:DeleteHostedZone', 'arn:aws:route53:::hostedzone/Z1')).toBe(false);
  expect(zoneGrants([])).toEqual([]);
});

test.each<[unknown, boolean]>([
  [{ id: 'Z0123ABC', records: ['*.dev.example.com'] }, true],
  [{ id: 'Z0123ABC', records: [] }, false],
  [{ id: 'Z0123ABC', records: ['*'] }, false],
  [{ id: 'Z0123ABC', records: ['*.com'] }, false],
  [{ id: 'Z0123ABC', records: ['API.example.com'] }, false],
  [{ id: 'Z0123ABC', records: ['api.example.com.'] }, false],
  [{ id: '*', records: ['api.example.com'] }, false],
  [{ id: 'Z0123ABC' }, false],
])('the zone %j is accepted: %s', (given, expected) => {
  expect(zone.safeParse(given).success).toBe(expected);
});

const reason = 'Static sites of environments have one.';
const wide = (service: string, path: string, actions = [`${service}:DeleteThing`]) => ({
  ...{ actions, resources: [`arn:{partition}:${path}`], reachesOthers: true, reason },
});
test.each<[ReturnType<typeof wide>, boolean]>([
  [wide('cloudfront', 'cloudfront::{account}:origin-access-control/*'), true],
  [wide('apigateway', 'apigateway:{region}::/tags/*', ['apigateway:PUT']), true],
  [wide('ec2', 'ec2:{region}:{account}:network-interface/*'), true],
  // The runbook has functions, roles, tables and machines of its own there.
  [wide('lambda', 'lambda:{region}:{account}:function:*'), false],
  [wide('s3', 's3:::runbook-control-*'), false],
  [wide('dynamodb', 'dynamodb:{region}:{account}:table/*'), false],
  [wide('iam', 'ec2:{region}:{account}:instance/*', ['iam:CreateUser']), false],
  [wide('ec2', 'ec2:{region}:{account}:*'), false],
  [{ ...wide('ec2', ''), resources: ['*'] }, false],
])('a grant that reaches others, %j, is accepted: %s', (grant, expected) => {
  expect(rootGrant.safeParse(grant).success).toBe(expected);
  // A check reads what is the environment's.
  expect(stackGrant.safeParse(grant).success).toBe(false);
});

test('a grant that reaches others says so', () => {
  const { reachesOthers: _, ...silent } = wide('ec2', 'ec2:{region}:{account}:network-interface/*');
  expect(rootGrant.safeParse(silent).success).toBe(false);
});
