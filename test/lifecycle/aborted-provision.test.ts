import { afterAll, beforeAll, expect, it } from 'vitest';
import { Account } from './support.ts';

let account: Account;

beforeAll(async () => {
  account = await Account.open();
});
afterAll(() => account?.close());

it('tears down cleanly after a provision that was stopped in the middle of its apply', async () => {
  const provision = await account.start('provision', { environment: 'cut' });
  await account.stopAfter(provision, 'Apply plan', 20_000);
  expect(await account.status(provision)).toBe('ABORTED');

  const end = await account.run('teardown', { environment: 'cut' });
  expect(end.status).toBe('SUCCEEDED');
  expect(end.sweep).toMatchObject({ verdict: 'CLEAN', leftovers: [], unknown: [] });
});
