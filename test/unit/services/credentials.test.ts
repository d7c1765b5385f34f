import { expect, test, vi } from 'vitest';
import { CredentialsError, currentPassword } from '../../../services/shared/credentials.ts';
import { isUnavailable } from '../../../services/shared/database.ts';
import { memoryLog } from './fakes.ts';

test('each connection reads the password, and connections that open at once read it once', async () => {
  const read = vi.fn(async () => `password ${read.mock.calls.length}`);
  const password = currentPassword(read, memoryLog().log);
  expect(await Promise.all([password(), password()])).toEqual(['password 1', 'password 1']);
  expect(await password()).toBe('password 2');
});

test('the last password is used while the secret cannot be read', async () => {
  const { log, lines } = memoryLog();
  const read = vi
    .fn<() => Promise<string>>()
    .mockResolvedValueOnce('one')
    .mockRejectedValueOnce(new Error('throttled'));
  const password = currentPassword(read.mockResolvedValue('two'), log);
  expect([await password(), await password(), await password()]).toEqual(['one', 'one', 'two']);
  expect(lines.map(({ msg, reason }) => [msg, reason])).toEqual([
    ['the database password cannot be read, the last one is used', 'Error: throttled'],
  ]);
});

test('without any password the database is unavailable', async () => {
  const password = currentPassword(() => Promise.reject(new Error('denied')), memoryLog().log);
  const error = await password().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(CredentialsError);
  expect(isUnavailable(error)).toBe(true);
});

test.each([
  ['ECONNREFUSED', true],
  ['08006', true],
  ['53300', true],
  ['57P01', true],
  // RDS is rotating the password. The one that was read is no longer, or not yet, the database's.
  ['28P01', true],
  ['28000', false],
  ['22021', false],
  ['23505', false],
])('an error with code %s is unavailable: %s', (code, expected) => {
  expect(isUnavailable(Object.assign(new Error('x'), { code }))).toBe(expected);
});
