import { expect, test } from 'vitest';
import { endpoint, runMatrix } from './support/matrix.ts';
import { worldOf } from './support/resources.ts';
import { BROKEN, be, SUBJECTS, validate, validatorCells } from './support/validators.ts';

test.each(SUBJECTS)('%s passes in a world that is well, and in none that is broken', async (check) => {
  be(endpoint, worldOf(check));
  expect(await validate(check)).toMatch(/^passed: /);
  expect(BROKEN[check]?.length ?? 0).toBeGreaterThan(0);
  for (const { name, changes, http } of BROKEN[check] ?? []) {
    be(endpoint, worldOf(check, changes), http);
    expect(`${name}: ${await validate(check)}`).not.toContain(': passed');
  }
});

test('no check passes a broken world, whatever an answer lacks, and each ends with a result or an error of ours', async () => {
  const { cells, wrong } = await runMatrix('validators', 150, validatorCells);
  expect(wrong).toEqual([]);
  expect([...new Set(cells.map(({ subject }) => subject))]).toEqual(SUBJECTS);
});
