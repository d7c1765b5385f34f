import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byTime } from '../../../../lambdas/contracts/observed.ts';
import type { LastSweep, LastValidation } from '../../../../lambdas/contracts/record.ts';
import { recordVerdict } from '../../../../lambdas/environment/record-verdict.ts';
import { instantOf } from '../../../../lambdas/runtime/clock.ts';
import { Records } from '../../../support/records.ts';
import { aRecord, arnOf, RUN } from '../support/fixtures.ts';

const validation = (verdict: LastValidation['verdict'], second: number): LastValidation => ({
  ...{ verdict, at: instantOf(second * 1_000), execution: arnOf('validate', `${verdict}-${second}`), report: 'r' },
});
const sweep = (verdict: LastSweep['verdict'], second: number): LastSweep => ({
  ...{ verdict, at: instantOf(second * 1_000), execution: arnOf('sweep', `${verdict}-${second}`), certificate: 'c' },
});

function aTable() {
  const records = new Records();
  records.byName.set('dev', aRecord());
  return records;
}

describe('a verdict in a record', () => {
  test.each([
    ['PASSED after FAILED', validation('FAILED', 1), validation('PASSED', 2), 'PASSED'],
    ['FAILED after PASSED', validation('PASSED', 1), validation('FAILED', 2), 'FAILED'],
    ['an old PASSED', validation('FAILED', 2), validation('PASSED', 1), 'FAILED'],
    ['PASSED of the same second', validation('FAILED', 2), validation('PASSED', 2), 'FAILED'],
    ['FAILED of the same second', validation('PASSED', 2), validation('FAILED', 2), 'FAILED'],
    ['an old UNKNOWN', validation('PASSED', 2), validation('UNKNOWN', 1), 'PASSED'],
  ])('%s', async (_name, first, second, verdict) => {
    const records = aTable();
    for (const lastValidation of [first, second]) await recordVerdict('dev', RUN, { lastValidation }, records);
    expect(records.byName.get('dev')?.lastValidation?.verdict).toBe(verdict);
  });

  test('of another run is not recorded, nor of no record', async () => {
    const records = aTable();
    expect(await recordVerdict('dev', 'another', { lastSweep: sweep('CLEAN', 1) }, records)).toBe(false);
    expect(await recordVerdict('none', RUN, { lastSweep: sweep('CLEAN', 1) }, records)).toBe(false);
    expect(records.byName.get('dev')).toEqual(aRecord());
  });

  test.each(['applied', 'provisionBegan', 'teardownBegan'] as const)(
    'of what is not there any more is written again from the start: %s',
    async (attribute) => {
      const records = aTable();
      const seen = { applied: undefined, provisionBegan: undefined, teardownBegan: undefined };
      const now = attribute === 'applied' ? { applied: 4 } : { [attribute]: arnOf('provision', 'p') };
      const lastValidation = validation('PASSED', 1);
      expect(await recordVerdict('dev', RUN, { lastValidation }, records, seen)).toBe(true);
      for (const at of ['before it is read', 'after it was read']) {
        records.byName.set('dev', at.startsWith('before') ? aRecord(now) : aRecord());
        const loadRecord = async (environment: string) => {
          const read = await records.loadRecord(environment);
          records.byName.set('dev', aRecord(now));
          return read;
        };
        const written = recordVerdict('dev', RUN, { lastValidation }, { ...records, loadRecord }, seen);
        await expect(written).rejects.toMatchObject({ name: 'DependencyError' });
        expect(records.byName.get('dev')?.lastValidation).toBeUndefined();
      }
    },
  );

  /** The scheduler runs the reads and writes of several functions in any order. */
  test('is the last one that was observed, in whatever order they are written', async () => {
    const dated = fc.tuple(fc.constantFrom<LastSweep['verdict']>('CLEAN', 'LEFTOVERS', 'INCONCLUSIVE'), fc.nat(4));
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(dated, { minLength: 2, maxLength: 5 }), async (scheduler, all) => {
        const sweeps = all.map((one) => sweep(...one));
        const records = aTable();
        const ports = {
          loadRecord: scheduler.scheduleFunction(records.loadRecord),
          updateRecord: scheduler.scheduleFunction(records.updateRecord),
        };
        const writes = Promise.all(sweeps.map((lastSweep) => recordVerdict('dev', RUN, { lastSweep }, ports)));
        await scheduler.waitFor(writes);
        expect(records.byName.get('dev')?.lastSweep).toEqual(sweeps.toSorted(byTime).at(-1));
      }),
      { numRuns: 200 },
    );
  });
});
