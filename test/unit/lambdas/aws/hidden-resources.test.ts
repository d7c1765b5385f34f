import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

/** What EC2 leaves out of a list unless it is asked for it exists all the same, and is paid for. */

const asked: URLSearchParams[] = [];
let server: Server;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const query = new URLSearchParams(await text(request));
    asked.push(query);
    response.writeHead(200, { 'content-type': 'text/xml' }).end(`<${query.get('Action')}Response/>`);
  }).listen(0, '127.0.0.1');
  await new Promise((ready) => server.once('listening', ready));
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'x');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'x');
  vi.resetModules();
});
afterAll(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
  server.close();
});

/**
 * Managed resources are hidden where the account says so, disabled images always: the pages of these calls in
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/
 */
test.each([
  ['instance', 'IncludeManagedResources'],
  ['volume', 'IncludeManagedResources'],
  ['network-interface', 'IncludeManagedResources'],
  ['launch-template', 'IncludeManagedResources'],
  ['image', 'IncludeDisabled'],
])('a %s that EC2 hides is asked for', async (type, member) => {
  const { KINDS } = await import('../../../../lambdas/aws/sweepers/ec2-kinds.ts');
  const kind = KINDS.find((one) => one.type === type);
  asked.length = 0;
  try {
    for await (const _ of kind?.find([{ Name: 'tag:environment', Values: ['dev'] }]) ?? []);
  } catch {
    // The answer has no list, which is no matter here.
  }
  expect(asked).toHaveLength(1);
  expect(asked[0]?.get(member)).toBe('true');
});
