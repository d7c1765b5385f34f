import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Answer, type Call, followLink } from '../../../examples/short-links/follow-link.ts';
import { unzip } from '../../../lab/unzip.ts';

const ADDRESS = 'https://example.com/run';
const EXAMPLE = join(import.meta.dirname, '../../../examples/short-links');

/** An API that works, but for what a test changes of its answers. */
function api(changes: Record<string, Partial<Answer>> = {}) {
  const calls: string[] = [];
  let isGone = false;
  const works: Call = async (method, path) => {
    const answer = { status: 404, location: null, body: '{}', tookMs: 1 };
    if (method === 'POST') return { ...answer, status: 201, body: '{"code":"0a1b2c3d"}' };
    if (method === 'DELETE') {
      isGone = true;
      return { ...answer, status: 204, body: '' };
    }
    return isGone || path !== '/0a1b2c3d' ? answer : { ...answer, status: 302, location: ADDRESS };
  };
  const call: Call = async (method, path, body) => {
    calls.push(`${method} ${path}`);
    const wasGone = isGone;
    const answer = await works(method, path, body);
    return { ...answer, ...changes[`${method}${wasGone ? ' again' : ''}`] };
  };
  return { calls, look: () => followLink(ADDRESS, call) };
}

test('a link that is made, followed and removed has passed, and is gone', async () => {
  const { calls, look } = api();
  await expect(look()).resolves.toMatchObject({ status: 'passed', evidence: { code: '0a1b2c3d' } });
  expect(calls).toEqual(['POST /links', 'GET /0a1b2c3d', 'DELETE /0a1b2c3d', 'GET /0a1b2c3d']);
});

test.each([
  ['nothing is made', { POST: { status: 400, body: 'no' } }, 'failed', 'POST /links answered 400: no'],
  ['the function fails', { POST: { status: 502, body: 'no' } }, 'not-ready', 'POST /links answered 502: no'],
  ['the caller is refused', { POST: { status: 403, body: 'no' } }, 'not-ready', 'POST /links answered 403: no'],
  ['no code is said', { POST: { body: '<html>' } }, 'failed', 'POST /links answered 201: <html>'],
  ['it leads elsewhere', { GET: { location: 'https://example.com/' } }, 'failed', 'led to https://example.com/'],
  ['it is not found', { GET: { status: 404, location: null } }, 'failed', 'answered 404'],
  ['it cannot be removed', { DELETE: { status: 500 } }, 'failed', 'DELETE answered 500'],
  ['it leads there when it is removed', { 'GET again': { status: 302 } }, 'failed', 'and then GET 302'],
] as const)('%s', async (_, changes, status, observed) => {
  await expect(api(changes).look()).resolves.toMatchObject({ status, observed: expect.stringContaining(observed) });
});

test('the packed function is the source that is shown', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'short-links-'));
  try {
    await unzip(readFileSync(join(EXAMPLE, 'terraform/function.zip')), folder);
    const source = readFileSync(join(EXAMPLE, 'function/index.mjs'), 'utf8');
    expect(readFileSync(join(folder, 'index.mjs'), 'utf8'), 'run examples/short-links/pack.sh').toBe(source);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
