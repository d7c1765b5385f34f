import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

/** Two deployments of one account, in a region each, may both have an environment "dev" of one project. */

const queue = (region: string, name: string) => `arn:aws:sqs:${region}:123456789012:${name}`;
const policy = 'arn:aws:iam::123456789012:policy/shop-dev';
const of = (region: string) => ({
  Key: 'owner',
  Value: `arn:aws:states:${region}:123456789012:execution:runbook-provision:1`,
});
const tagged = (ResourceARN: string, ...Tags: object[]) => ({ ResourceARN, Tags });
const LISTS: Record<string, object[]> = {
  'eu-west-1': [
    tagged(queue('eu-west-1', 'own'), of('eu-west-1')),
    tagged(queue('eu-west-1', 'forged'), of('us-east-1')),
  ],
  'us-east-1': [
    tagged(queue('us-east-1', 'strayed'), of('eu-west-1')),
    tagged(queue('us-east-1', 'unowned')),
    tagged(queue('us-east-1', 'living'), of('us-east-1')),
    tagged(policy, of('us-east-1')),
  ],
};
let server: Server;

beforeAll(async () => {
  server = createServer((request, response) => {
    const [, region = ''] = /Credential=[^/]+\/\d+\/([\w-]+)\//.exec(request.headers.authorization ?? '') ?? [];
    request.resume();
    response
      .writeHead(200, { 'content-type': 'application/x-amz-json-1.1' })
      .end(JSON.stringify({ ResourceTagMappingList: LISTS[region] ?? [] }));
  }).listen(0, '127.0.0.1');
  await new Promise((ready) => server.once('listening', ready));
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'x');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'x');
  vi.resetModules();
});
afterAll(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
  server.close();
});

test('what another deployment owns in its region is no leftover of this one, and is reported', async () => {
  const { taggedArns } = await import('../../../../lambdas/aws/tagged-resources.ts');
  const { SWEEP_SERVICES } = await import('../../../../lambdas/contracts/sweep-request.ts');
  const ports = taggedArns({ environment: 'dev', project: 'shop' }, 'eu-west-1', ['eu-west-1', 'us-east-1']);
  const arns: string[] = [];
  for (const service of SWEEP_SERVICES) for await (const arn of ports.tagged(service)) arns.push(arn);
  expect(arns.sort()).toEqual(
    [
      queue('eu-west-1', 'own'),
      queue('eu-west-1', 'forged'),
      queue('us-east-1', 'strayed'),
      queue('us-east-1', 'unowned'),
    ].sort(),
  );
  expect(await ports.otherDeployments()).toEqual([
    expect.stringMatching(/^2 in us-east-1 .* another deployment owns them$/),
  ]);
});
