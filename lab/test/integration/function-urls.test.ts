import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import {
  CreateFunctionUrlConfigCommand,
  DeleteFunctionCommand,
  DeleteFunctionUrlConfigCommand,
  type FunctionUrlAuthType,
} from '@aws-sdk/client-lambda';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Lab } from '../../lab.ts';
import { lambdaService } from '../../lambda/lambda.ts';
import { TestFunctions } from '../support/functions.ts';
import { RoleLab } from '../support/role.ts';

/** URLs of functions, which IAM decides about. */

let lab: Lab;
let one: RoleLab;
let functions: TestFunctions;

beforeAll(async () => {
  one = await RoleLab.start([(context) => lambdaService(context)]);
  ({ lab } = one);
  functions = new TestFunctions(lab.context);
});
afterAll(() => lab?.stop());

async function withUrl(code: string, AuthType: FunctionUrlAuthType = 'AWS_IAM') {
  const name = await functions.define(code);
  const { FunctionUrl = '' } = await functions.client.send(
    new CreateFunctionUrlConfigCommand({ FunctionName: name, AuthType }),
  );
  return { name, url: new URL(FunctionUrl) };
}

const may = (name: string, ...Action: string[]) =>
  one.allow([{ Effect: 'Allow', Action, Resource: `arn:aws:lambda:eu-west-1:123456789012:function:${name}` }]);
const BOTH = ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'];

interface Said {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** As a process of the lab's network sends it. */
async function send(url: URL, { method = 'GET', path = '/', body = '', signed = true } = {}): Promise<Said> {
  const config = one.asRole();
  const signer = new SignatureV4({
    service: 'lambda',
    region: config.region,
    credentials: config.credentials,
    sha256: functions.client.config.sha256,
  });
  const { hostname } = url;
  const to = new URL(path, url);
  const headers: Record<string, string> = { host: hostname, ...(body ? { 'content-type': 'application/json' } : {}) };
  const query = Object.fromEntries(to.searchParams);
  const message = {
    method,
    protocol: 'https:',
    hostname,
    path: to.pathname,
    query,
    headers,
    ...(body ? { body } : {}),
  };
  const sent = signed ? (await signer.sign(message)).headers : headers;
  const port = lab.context.dns.get(hostname)?.ports[443];
  const ca = readFileSync(join(lab.context.directory, 'function-urls.pem'));
  return new Promise((resolve, reject) => {
    const going = request(
      { host: '127.0.0.1', port, servername: hostname, ca, method, path: `${to.pathname}${to.search}`, headers: sent },
      async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk as Buffer);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        });
      },
    );
    going.once('error', reject);
    going.end(body);
  });
}

test('a signed request is an event of the format 2.0, and what the function returns is its answer', async () => {
  const { name, url } = await withUrl(
    `return { statusCode: 201, headers: { 'X-Seen': event.rawPath }, cookies: ['a=1'], body: JSON.stringify(event) };`,
  );
  await may(name, ...BOTH);
  const said = await send(url, { method: 'POST', path: '/links?a=1&a=2&b=3', body: '{"x":1}' });
  expect(said).toMatchObject({ status: 201, headers: { 'x-seen': '/links', 'set-cookie': ['a=1'] } });
  expect(JSON.parse(said.body)).toMatchObject({
    version: '2.0',
    rawPath: '/links',
    rawQueryString: 'a=1&a=2&b=3',
    queryStringParameters: { a: '1,2', b: '3' },
    headers: { 'content-type': 'application/json', host: url.hostname },
    requestContext: { http: { method: 'POST', path: '/links' }, domainName: url.hostname, stage: '$default' },
    body: '{"x":1}',
    isBase64Encoded: false,
  });
});

test('what has no status code is the body of an answer that is fine', async () => {
  const { name, url } = await withUrl('return { message: "hello" };');
  await may(name, ...BOTH);
  expect(await send(url)).toMatchObject({
    ...{ status: 200, headers: { 'content-type': 'application/json' }, body: '{"message":"hello"}' },
  });
});

test('a function that fails is a bad gateway', async () => {
  const { name, url } = await withUrl('throw new Error("no");');
  await may(name, ...BOTH);
  expect(await send(url)).toMatchObject({ status: 502, body: '{"Message":"Internal Server Error"}' });
});

test.each([
  ['without a signature', { signed: false }, BOTH, 'AWS_IAM'],
  ['of a role without lambda:InvokeFunction', {}, ['lambda:InvokeFunctionUrl'], 'AWS_IAM'],
  ['of a role without lambda:InvokeFunctionUrl', {}, ['lambda:InvokeFunction'], 'AWS_IAM'],
  // Its resource policy would have to allow it, which the lab does not read.
  ['to a public URL', { signed: false }, BOTH, 'NONE'],
] as const)('a request %s is refused', async (_, how, actions, auth) => {
  const { name, url } = await withUrl('return "reached";', auth);
  await may(name, ...actions);
  expect(await send(url, how)).toMatchObject({ status: 403 });
});

test.each([
  ['the URL', (FunctionName: string) => new DeleteFunctionUrlConfigCommand({ FunctionName })],
  ['the function', (FunctionName: string) => new DeleteFunctionCommand({ FunctionName })],
])('without %s, its name leads nowhere', async (_, command) => {
  const { name, url } = await withUrl('return 1;');
  expect(lab.context.dns.get(url.hostname)).toBeDefined();
  await functions.client.send(command(name) as DeleteFunctionCommand);
  expect(lab.context.dns.get(url.hostname)).toBeUndefined();
});
