import { NoSuchKey } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ServedBoard, serveBoard } from '../../../../cli/board-server.ts';
import { anAccount, runCli } from '../support/cli.ts';

const PAGES: Record<string, string> = {
  'board/index.html': '<h1>Environments</h1>',
  'environments/dev/runs/dev-20260131T120000-abc123/index.html': 'a run',
  'environments/dev/runs/dev-20260131T120000-abc123/1/stack.tfplan': 'secret',
  'environments/dev/bootstrap/terraform.tfstate': 'secret',
};
const account = anAccount({
  GetObject: ({ Key }: { Key: string }) => {
    const page = PAGES[Key];
    if (page === undefined) throw new NoSuchKey({ $metadata: {}, message: Key });
    return { Body: { transformToString: async () => page } };
  },
});

describe('the board on this machine', () => {
  let served: ServedBoard;
  const get = (path: string, options: RequestInit = {}) =>
    fetch(new URL(path, served.address), { redirect: 'manual', ...options });
  beforeEach(async () => {
    served = await serveBoard(account);
  });
  afterEach(() => served.close());

  test('is served to this machine alone, with the pages behind it', async () => {
    expect(served.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/board\/index\.html$/);
    expect(await (await get('')).text()).toBe('<h1>Environments</h1>');
    expect((await get('/')).headers.get('location')).toBe('/board/index.html');
    const run = await get('../environments/dev/runs/dev-20260131T120000-abc123/index.html');
    expect([await run.text(), run.headers.get('content-type')]).toEqual(['a run', 'text/html; charset=utf-8']);
  });

  test.each([
    '/environments/dev/runs/dev-20260131T120000-abc123/1/stack.tfplan',
    '/environments/dev/bootstrap/terraform.tfstate',
    '/environments/dev/runs/x/../../bootstrap/terraform.tfstate',
    '/environments/dev/runs/x/%2e%2e/%2e%2e/bootstrap/terraform.tfstate',
    '/board/runs.json',
    '/favicon.ico',
  ])('leads to nothing but pages: not %s', async (path) => {
    const answer = await get(path);
    expect([answer.status, await answer.text()]).toEqual([404, 'there is no such page\n']);
  });

  test('is not there for other names, nor for anything but reading', async () => {
    const { port } = new URL(served.address);
    // The server listens on 127.0.0.1 only. `localhost` is another name for that address.
    const other = await fetch(`http://localhost:${port}/board/index.html`).catch(() => undefined);
    expect(other?.status ?? 403).toBe(403);
    expect((await get('/', { method: 'POST' })).status).toBe(405);
  });

  test('says of a page that is not written that it is not', async () => {
    const answer = await get('/environments/dev/runs/other/index.html');
    expect([answer.status, await answer.text()]).toEqual([404, expect.stringContaining('not written yet')]);
  });
});

test('a bucket that cannot be read is said to be that', async () => {
  const served = await serveBoard(anAccount({ GetObject: () => Promise.reject(new Error('AccessDenied')) }));
  const answer = await fetch(served.address);
  expect([answer.status, await answer.text()]).toEqual([502, expect.stringContaining('AccessDenied')]);
  await served.close();
});

describe('npx runbook board', () => {
  test('prints the address, shows it on demand, and ends with Ctrl-C', async () => {
    const interrupt = new AbortController();
    const running = runCli(['board', '--open'], { account, signal: interrupt.signal });
    setTimeout(() => interrupt.abort(), 50);
    const { out, err, shown, code } = await running;
    expect(out).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/board\/index\.html\n$/);
    expect(shown).toEqual([out.trim()]);
    expect(err).toContain('until Ctrl-C');
    expect(code).toBe(0);
    await expect(fetch(out.trim())).rejects.toThrow();
  });

  test('says whose port it cannot have', async () => {
    const other = await serveBoard(account);
    const { err, code } = await runCli(['board', '--port', new URL(other.address).port], { account });
    expect([err, code]).toEqual([expect.stringContaining('is in use: give another --port'), 2]);
    await other.close();
  });
});
