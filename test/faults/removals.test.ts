import { expect, test } from 'vitest';
import { loadRemover, REMOVER_SERVICES } from '../../lambdas/aws/removers.ts';
import { endpoint, runMatrix } from './support/matrix.ts';
import { changesOf, guardedCells, guards } from './support/removal-guards.ts';
import { foreignCells, ownCells, subjectOf } from './support/removals.ts';

test.each(guards)('nothing is removed when $name, and it would be otherwise', async ({ one, open }) => {
  expect(await changesOf(one, one.world, endpoint)).toEqual([]);
  expect(await changesOf(one, open, endpoint)).not.toEqual([]);
});

test('no fault of an answer opens a guard of the removal', async () => {
  expect((await runMatrix('removals, guarded', 30, guardedCells)).wrong).toEqual([]);
});

test('nothing is removed that is not proven to be the environment’s, whatever an answer lacks', async () => {
  expect((await runMatrix('removals, foreign', 50, foreignCells)).wrong).toEqual([]);
});

test('nothing is said to be removed that is still there, whatever an answer lacks', async () => {
  expect((await runMatrix('removals, own', 40, ownCells)).wrong).toEqual([]);
});

test('every type that is removed has a world of its own', async () => {
  for (const service of REMOVER_SERVICES)
    for (const type of Object.keys((await loadRemover(service)) ?? {})) expect(() => subjectOf(type)).not.toThrow();
});
