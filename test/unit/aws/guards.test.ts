import { expect, test } from 'vitest';
import { agrees, estimate, reasonsAgainst, type Target } from '../../aws/guards.ts';

const target = (changes: Partial<Target> = {}): Target => ({
  accountId: '123456789012',
  region: 'eu-west-1',
  endpoint: undefined,
  machines: [],
  quotas: [{ name: 'VPCs', status: 'ok', detail: '1 of 5 in use' }],
  ...changes,
});
const full = { name: 'VPCs', status: 'failed' as const, detail: '5 of 5 in use', fix: 'ask for more' };
const warned = { name: 'CodeBuild', status: 'warning' as const, detail: '1 at once' };
const unread = { name: 'RDS', status: 'unknown' as const, detail: 'cannot be read' };

test.each<[string, Target, boolean, RegExp[]]>([
  ['a fresh account', target(), false, []],
  ['an account with a low quota, or one that cannot be read', target({ quotas: [warned, unread] }), false, []],
  ['an account without room', target({ quotas: [full, full] }), false, [/VPCs: 5 of 5.*ask for more/, /VPCs/]],
  ['an account that has the runbook', target({ machines: ['runbook-provision'] }), false, [/has the runbook already/]],
  ['an emulator', target({ endpoint: 'http://127.0.0.1:1' }), false, [/is not AWS/]],
  ['the lab', target({ endpoint: 'http://127.0.0.1:1', quotas: [full] }), true, []],
  ['a lab that has the runbook', target({ machines: ['runbook-provision'] }), true, [/has the runbook already/]],
])('%s', (_, account, inLab, reasons) => {
  const found = reasonsAgainst(account, inLab);
  expect(found).toHaveLength(reasons.length);
  for (const [at, reason] of reasons.entries()) expect(found[at]).toMatch(reason);
});

test.each([
  ['123456789012', true],
  [' 123456789012\n', true],
  ['y', false],
  ['', false],
  [undefined, false],
  ['123456789013', false],
])('a person agrees by the number of the account: %j is %s', (said, expected) => {
  expect(agrees(said, '123456789012')).toBe(expected);
});

test('the price is said before anything is made', () => {
  expect(estimate().join('\n')).toMatch(
    /about an hour: 0\.20 USD[\s\S]*0\.30 USD until the environment's own end after 2 hours/,
  );
});
