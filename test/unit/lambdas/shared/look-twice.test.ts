import { describe, expect, test } from 'vitest';
import type { Conclusion } from '../../../../lambdas/shared/contracts.ts';
import { lookTwice } from '../../../../lambdas/shared/look-twice.ts';
import { fakeClock } from '../support/fixtures.ts';

type Status = Conclusion['status'];
const STATUSES: readonly Status[] = ['passed', 'failed', 'unknown', 'not-ready'];

async function looks(...statuses: Status[]) {
  const clock = fakeClock();
  let count = 0;
  const conclusion = await lookTwice(async () => {
    const status = statuses[count] ?? 'unknown';
    count += 1;
    return { status, expected: 'e', observed: `o${count}`, evidence: { look: count } };
  }, clock);
  return { ...conclusion, count, slept: clock.slept };
}

describe('two looks', () => {
  test.each(['passed', 'failed'] as const)('conclude what both say: %s', async (status) => {
    expect(await looks(status, status)).toMatchObject({ status, observed: 'o2', evidence: { look: 2 }, count: 2 });
  });

  test.each(STATUSES.filter((one) => one !== 'passed'))('never pass when the second says %s', async (second) => {
    expect((await looks('passed', second)).status).not.toBe('passed');
  });

  test.each(STATUSES.filter((one) => one !== 'passed'))('never pass when the first says %s', async (first) => {
    expect((await looks(first, 'passed')).status).not.toBe('passed');
  });

  test('that disagree are not ready, and say so', async () => {
    expect(await looks('failed', 'passed')).toMatchObject({
      status: 'not-ready',
      observed: 'two looks disagree: the first failed (o1), the second passed (o2)',
    });
  });

  test.each(['unknown', 'not-ready'] as const)('are one when that says %s', async (first) => {
    expect(await looks(first)).toMatchObject({ status: first, count: 1, slept: 0 });
  });

  test.each(['unknown', 'not-ready'] as const)('end with what the second says: %s', async (second) => {
    expect(await looks('failed', second)).toMatchObject({ status: second, observed: 'o2' });
  });

  test('have some time between them', async () => {
    expect((await looks('passed', 'passed')).slept).toBeGreaterThanOrEqual(500);
  });

  test('that fail to read leave that to the caller', async () => {
    const broken = new Error('x');
    await expect(lookTwice(() => Promise.reject(broken), fakeClock())).rejects.toBe(broken);
  });
});
