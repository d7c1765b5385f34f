import { describe, expect, test } from 'vitest';
import type { Conclusion } from '../../../../lambdas/contracts/contracts.ts';
import type { Clock } from '../../../../lambdas/runtime/clock.ts';
import { BETWEEN_LOOKS_MS, lookTwice } from '../../../../lambdas/runtime/observe-twice.ts';
import { fakeClock } from '../support/fixtures.ts';

type Status = Conclusion['status'];
const STATUSES: readonly Status[] = ['passed', 'failed', 'unknown', 'not-ready'];

/** @param firstMs the duration of the first observation; the second takes no time */
async function looksOf(statuses: readonly Status[], firstMs = 0) {
  const clock = new TurnClock();
  const began: number[] = [];
  const conclusion = await lookTwice(async () => {
    const count = began.push(clock.now());
    if (count === 1 && firstMs > 0) await clock.sleep(firstMs);
    return {
      status: statuses[count - 1] ?? 'unknown',
      expected: 'e',
      observed: `o${count}`,
      evidence: { look: count },
    };
  }, clock);
  return { ...conclusion, began, count: began.length };
}
const looks = (...statuses: Status[]) => looksOf(statuses);

/** The clock advances while its callers sleep. The caller with the earliest time wakes first. */
class TurnClock implements Clock {
  #now = 0;
  readonly now = () => this.#now;
  readonly sleep = (ms: number) => {
    const at = this.#now + ms;
    // Each millisecond takes a turn of the event loop. Work that needs no time ends before that.
    const { promise, resolve } = Promise.withResolvers<void>();
    const wait = () => {
      this.#now = Math.max(this.#now, at - --left);
      if (left > 0) setImmediate(wait);
      else resolve();
    };
    let left = ms;
    setImmediate(wait);
    return promise;
  };
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
    expect(await looks(first)).toMatchObject({ status: first, count: 1 });
  });

  test.each(['unknown', 'not-ready'] as const)('end with what the second says: %s', async (second) => {
    expect(await looks('failed', second)).toMatchObject({ status: second, observed: 'o2' });
  });

  test.each([
    ['is quick', 0],
    ['is slow', 2 * BETWEEN_LOOKS_MS],
  ])('begin with some time between them when the first %s', async (_, firstMs) => {
    expect((await looksOf(['passed', 'passed'], firstMs)).began).toEqual([0, BETWEEN_LOOKS_MS]);
  });

  test.each(STATUSES.filter((one) => one !== 'passed'))('never pass when a slow first says %s', async (first) => {
    expect((await looksOf([first, 'passed'], 2 * BETWEEN_LOOKS_MS)).status).not.toBe('passed');
  });

  test('that fail to read leave that to the caller', async () => {
    const broken = new Error('x');
    await expect(lookTwice(() => Promise.reject(broken), fakeClock())).rejects.toBe(broken);
  });
});
