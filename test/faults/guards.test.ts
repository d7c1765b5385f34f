import { beforeAll, expect, test, vi } from 'vitest';
import { attempt, GUARD_VARIABLES, GUARDS, guardCells } from './support/guards.ts';
import { endpoint, runMatrix } from './support/matrix.ts';

beforeAll(() => {
  for (const [name, value] of Object.entries(GUARD_VARIABLES)) vi.stubEnv(name, value);
});

test.each(GUARDS)('$subject is closed: $name', async (guard) => {
  const { opened, error } = await attempt(guard, endpoint);
  expect(opened).toBeUndefined();
  expect(error).toMatch(guard.says);
});

test('no fault of an answer opens a guard', async () => {
  expect((await runMatrix('guards', 100, guardCells)).wrong).toEqual([]);
});
