import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';

/** AWS may answer with an empty page and a token for the next page. A reader that stops there misses items. */

let server: Server;
/** The page with this number is the only one that has an item, and has no token. */
let last = 2;
let logs: typeof import('../../../../lambdas/aws/logs.ts');

const PAGES: Record<string, { list: string; last: object }> = {
  DescribeLogGroups: { list: 'logGroups', last: { logGroupName: '/ecs/dev/worker' } },
  DescribeLogStreams: { list: 'logStreams', last: { logStreamName: 'worker/1' } },
  FilterLogEvents: { list: 'events', last: { timestamp: 1, message: 'hello', logStreamName: 'worker/1' } },
};

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const action = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    const { nextToken = '0' } = JSON.parse(await text(request)) as { nextToken?: string };
    const { list = '', last: item } = PAGES[action] ?? {};
    const page =
      Number(nextToken) >= last ? { [list]: [item] } : { [list]: [], nextToken: String(Number(nextToken) + 1) };
    response.setHeader('content-type', 'application/x-amz-json-1.1').end(JSON.stringify(page));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, 'test');
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  logs = await import('../../../../lambdas/aws/logs.ts');
});

beforeEach(() => {
  last = 2;
});

afterAll(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

test('a log group on the third page exists', async () => {
  expect(await logs.logGroupExists('/ecs/dev/worker')).toBe(true);
  expect(await logs.logGroupExists('/ecs/dev/work')).toBe(false);
});

test('a log stream on the third page is a newest stream', async () => {
  expect(await logs.newestStreams('/ecs/dev/worker', 5)).toEqual(['worker/1']);
});

test('an event on the third page is found', async () => {
  const { lines, incomplete } = await logs.findLines({ group: '/ecs/dev/worker', since: 0 });
  expect({ messages: lines.map(({ message }) => message), incomplete }).toEqual({
    messages: ['hello'],
    incomplete: false,
  });
});

test('an event behind more empty pages than anybody counts is found', async () => {
  last = 60;
  const { lines, incomplete, pages } = await logs.findLines({ group: '/ecs/dev/worker', since: 0 });
  expect({ lines: lines.length, incomplete, pages }).toEqual({ lines: 1, incomplete: false, pages: 61 });
});

test('a search that is not over in its time is said to be incomplete', async () => {
  last = Number.POSITIVE_INFINITY;
  const { lines, incomplete, pages } = await logs.findLines({ group: '/ecs/dev/worker', since: 0, budgetMs: 200 });
  expect({ lines, incomplete }).toEqual({ lines: [], incomplete: true });
  expect(pages).toBeGreaterThan(1);
});

test('a search without any time asks for nothing, and is incomplete', async () => {
  expect(await logs.findLines({ group: '/ecs/dev/worker', since: 0, budgetMs: 0 })).toEqual({
    lines: [],
    incomplete: true,
    pages: 0,
  });
});
