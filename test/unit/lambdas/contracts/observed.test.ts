import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byTime, type Dated, observedAt, whyStale } from '../../../../lambdas/contracts/observed.ts';
import { instantOf } from '../../../../lambdas/runtime/clock.ts';

const MINUTE = 60_000;
const looks = [
  { from: 2_000, to: 9_000 },
  { from: 1_000, to: 3_000 },
];

describe('a verdict is observed', () => {
  test.each<[Dated['verdict'], number]>([
    ['PASSED', 1_000],
    ['CLEAN', 1_000],
    ['FAILED', 9_000],
    ['UNKNOWN', 9_000],
    ['LEFTOVERS', 9_000],
    ['INCONCLUSIVE', 9_000],
  ])('%s at %s of looks from 1,000 to 9,000', (verdict, at) => {
    expect(observedAt(verdict, looks, 5)).toBe(at);
    expect(observedAt(verdict, [undefined, ...looks], 5)).toBe(at);
    expect(observedAt(verdict, [undefined], 5)).toBe(5);
  });
});

test.each<[string, Parameters<typeof whyStale>, RegExp | undefined]>([
  ['just now', [looks, 9_000], undefined],
  ['15 minutes ago', [looks, 9_000 + 15 * MINUTE], undefined],
  ['16 minutes ago', [looks, 9_000 + 16 * MINUTE], /1970-01-01T00:00:09.000Z, 16 minutes ago/],
  ['nobody knows when, in part', [[...looks, undefined], 9_000 + 99 * MINUTE], undefined],
  ['never', [[], 99 * MINUTE], undefined],
])('looks whose last was %s', (_name, args, why) => {
  if (why) expect(whyStale(...args)).toMatch(why);
  else expect(whyStale(...args)).toBeUndefined();
});

test('verdicts have one order, in which a good one of the same second is never the last', () => {
  const dated = fc.record({
    verdict: fc.constantFrom<Dated['verdict']>('CLEAN', 'LEFTOVERS', 'INCONCLUSIVE'),
    at: fc.integer({ min: 0, max: 3 }).map((second) => instantOf(second * 1_000)),
  });
  fc.assert(
    fc.property(fc.array(dated, { minLength: 1, maxLength: 6 }), (all) => {
      const last = all.toSorted(byTime).at(-1);
      expect(all.toReversed().toSorted(byTime).at(-1)).toEqual(last);
      if (last?.verdict === 'CLEAN')
        expect(all.filter(({ at }) => at === last.at).map((one) => one.verdict)).not.toContain('LEFTOVERS');
      expect(all.every(({ at }) => at <= (last?.at ?? ''))).toBe(true);
    }),
  );
});
