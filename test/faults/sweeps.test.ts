import { expect, test } from 'vitest';
import { SWEEP_SERVICES } from '../../lambdas/contracts/sweep-request.ts';
import { runMatrix } from './support/matrix.ts';
import { sweepCells } from './support/sweeps.ts';

test('no sweep is CLEAN while its resource exists, whatever an answer lacks', async () => {
  const { cells, wrong } = await runMatrix('sweeps', 250, sweepCells);
  expect(SWEEP_SERVICES.filter((service) => !cells.some(({ subject }) => subject === service))).toEqual([]);
  expect(wrong).toEqual([]);
});
