import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { onInterruption } from '../../../cli/interrupts.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

test.each<[string, readonly (readonly [NodeJS.Signals, number])[], readonly string[]]>([
  ['one signal stops', [['SIGTERM', 0]], ['stop']],
  [
    'Ctrl-C that npm sends again stops',
    [
      ['SIGINT', 0],
      ['SIGINT', 5],
    ],
    ['stop'],
  ],
  [
    'a terminal that closes stops',
    [
      ['SIGHUP', 0],
      ['SIGTERM', 900],
    ],
    ['stop'],
  ],
  [
    'a second Ctrl-C gives up',
    [
      ['SIGINT', 0],
      ['SIGINT', 5],
      ['SIGINT', 1_500],
    ],
    ['stop', 'giveUp'],
  ],
])('%s', (_, signals, expected) => {
  const source = new EventEmitter();
  const called: string[] = [];
  const note = (name: string) => () => void called.push(name);
  onInterruption(['SIGINT', 'SIGTERM', 'SIGHUP'], { stop: note('stop'), giveUp: note('giveUp') }, source);
  let at = 0;
  for (const [signal, ms] of signals) {
    vi.advanceTimersByTime(ms - at);
    at = ms;
    source.emit(signal);
  }
  expect(called).toEqual(expected);
});
