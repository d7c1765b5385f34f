import { expect, test } from 'vitest';
import { Heartbeat } from '../../../services/worker/health.ts';

test('a heart that has not beaten for 90 s beats no more, until it does', () => {
  let now = 0;
  const heartbeat = new Heartbeat(() => now);
  const at = (ms: number) => {
    now = ms;
    return heartbeat.isAlive();
  };
  expect([at(0), at(89_999), at(90_000)]).toEqual([true, true, false]);
  heartbeat.beat();
  expect([at(179_999), at(180_000)]).toEqual([true, false]);
});
