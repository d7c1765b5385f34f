import { describe, expect, test } from 'vitest';
import { BuildQueue, buildQuota } from '../../codebuild/queue.ts';

const never = new AbortController().signal;

/** @returns whether `turn` is resolved by now */
async function hasTurn(turn: Promise<void>): Promise<boolean> {
  const no = new Promise<boolean>((resolve) => setImmediate(resolve, false));
  return Promise.race([turn.then(() => true), no]);
}

describe('under a quota of one', () => {
  test('builds run one after the other', async () => {
    const queue = new BuildQueue({ running: 1, queued: 5 });
    const [first, second, third] = [queue.enter(), queue.enter(), queue.enter()];
    const turns = [first, second, third].map((place) => place.turn(never));
    expect(await Promise.all(turns.map(hasTurn))).toEqual([true, false, false]);
    first.leave();
    first.leave();
    expect(await Promise.all(turns.map(hasTurn))).toEqual([true, true, false]);
    second.leave();
    expect(await Promise.all(turns.map(hasTurn))).toEqual([true, true, true]);
  });

  test('whoever gives up waiting takes no place', async () => {
    const queue = new BuildQueue({ running: 1, queued: 1 });
    const first = queue.enter();
    const stop = new AbortController();
    const second = queue.enter();
    const turn = second.turn(stop.signal);
    expect(() => queue.enter()).toThrow('Cannot have more than 1 builds in queue for the account');
    stop.abort();
    await turn;
    const third = queue.enter();
    first.leave();
    expect(await hasTurn(third.turn(never))).toBe(true);
  });

  test('whoever runs keeps the place until it leaves, stopped or not', async () => {
    const queue = new BuildQueue({ running: 1, queued: 1 });
    const stop = new AbortController();
    const first = queue.enter();
    await first.turn(stop.signal);
    const turn = queue.enter().turn(never);
    stop.abort();
    expect(await hasTurn(turn)).toBe(false);
    first.leave();
    expect(await hasTurn(turn)).toBe(true);
  });
});

test.each([
  [0, 0],
  [1, 5],
  [2, 10],
])('an account that runs %i builds queues %i', (running, queued) => {
  expect(buildQuota(String(running))).toEqual({ running, queued });
  const queue = new BuildQueue(buildQuota(String(running)));
  for (let n = 0; n < running + queued; n++) queue.enter();
  expect(() => queue.enter()).toThrow(
    expect.objectContaining({
      name: 'AccountLimitExceededException',
      message: `Cannot have more than ${queued} builds in queue for the account`,
    }),
  );
});

test.each(['-1', '1.5', 'many'])('LAB_CONCURRENT_BUILDS of "%s" is refused', (value) => {
  expect(() => buildQuota(value)).toThrow(`LAB_CONCURRENT_BUILDS: ${value}: must be how many builds run at once`);
});

test.each([undefined, ''])('without LAB_CONCURRENT_BUILDS (%j) no life waits', (value) => {
  expect(buildQuota(value)).toEqual({ running: 60, queued: 300 });
});
