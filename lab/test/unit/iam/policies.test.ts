import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { PolicyStore } from '../../../iam/policies.ts';
import { aCall } from './request.ts';

const ROLES = ['first', 'second'].map((name) => `arn:aws:iam::123456789012:role/path/${name}`);
const ANSWERS: Record<string, string> = {
  GetRole: '<Role><RoleName>a</RoleName><Path>/</Path><AssumeRolePolicyDocument>{}</AssumeRolePolicyDocument></Role>',
  ListRolePolicies: '<PolicyNames/><IsTruncated>false</IsTruncated>',
  ListAttachedRolePolicies: '<AttachedPolicies/><IsTruncated>false</IsTruncated>',
};
let server: Server;
let store: PolicyStore;
/** Names of the roles that were asked for, since they were last looked at. */
let read: string[] = [];

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const parameters = new URLSearchParams(await text(request));
    const action = parameters.get('Action') ?? '';
    if (action === 'GetRole') read.push(parameters.get('RoleName') ?? '');
    response.setHeader('content-type', 'text/xml');
    response.end(`<${action}Response><${action}Result>${ANSWERS[action]}</${action}Result></${action}Response>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  store = new PolicyStore({
    ...{ endpoint: `http://127.0.0.1:${port}`, region: 'eu-west-1', maxAttempts: 1 },
    credentials: { accessKeyId: 'operator', secretAccessKey: 'lab' },
  });
});
afterAll(() => server.close());

async function readAgain(): Promise<string[]> {
  read = [];
  for (const role of ROLES) await store.of(role);
  return read;
}

beforeEach(readAgain);

test.each([
  ['iam', 'GetRole', { RoleName: 'first' }, []],
  ['iam', 'ListRoles', {}, []],
  ['iam', 'SimulatePrincipalPolicy', {}, []],
  ['iam', 'PutRolePolicy', { RoleName: 'first' }, ['first']],
  ['iam', 'AttachRolePolicy', { RoleName: 'second', PolicyArn: 'arn' }, ['second']],
  ['iam', 'CreateRole', { RoleName: 'third' }, []],
  ['iam', 'CreatePolicyVersion', { PolicyArn: 'arn' }, ['first', 'second']],
  ['iam', 'DeletePolicy', { PolicyArn: 'arn' }, ['first', 'second']],
  ['cloudformation', 'DescribeStackEvents', { StackName: 'Runbook' }, ['first', 'second']],
])('after %s:%s, the roles that it may have changed are read again', async (service, action, params, again) => {
  store.changed(aCall(service, { action, params }));
  expect(await readAgain()).toEqual(again);
});
