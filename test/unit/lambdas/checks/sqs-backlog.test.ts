import { describe, expect, test } from 'vitest';
import { type BacklogObservation, sqsBacklog } from '../../../../lambdas/checks/sqs-backlog.ts';

const none = { visible: 0, inFlight: 0, delayed: 0 };
const series = (...totals: number[]) => totals.map((visible, at) => ({ at, counts: { ...none, visible } }));
const good: BacklogObservation = { queue: series(0, 0, 0, 0, 0), deadLetters: none };

const rows: [string, Partial<BacklogObservation>, string, RegExp][] = [
  ['zero five times', {}, 'passed', /backlog 0, 0, 0, 0, 0/],
  ['drained while we looked', { queue: series(5, 2, 0, 0, 0, 0, 0) }, 'passed', /5, 2, 0, 0, 0, 0, 0/],
  ['zero once', { queue: series(0) }, 'not-ready', /backlog 0: empty, but not 5 times/],
  ['zero, but not steadily', { queue: series(0, 0, 1, 0, 0, 0, 0) }, 'not-ready', /0, 0, 1, 0, 0, 0, 0: empty, but/],
  ['falling', { queue: series(9, 5, 1) }, 'not-ready', /still falling/],
  ['not falling', { queue: series(1, 1, 1) }, 'not-ready', /not falling/],
  [
    'nobody takes it',
    { queue: series(1, 1), hopeless: 'worker: MISSING' },
    'failed',
    /1, 1: not falling; worker: MISSING/,
  ],
  ['growing', { queue: series(1, 5, 9) }, 'not-ready', /not falling/],
  [
    'nothing visible, one in flight',
    { queue: series(0, 0, 0, 0, 0).map((s) => ({ ...s, counts: { ...none, inFlight: 1 } })) },
    'not-ready',
    /1, 1, 1, 1, 1/,
  ],
  [
    'nothing visible, one delayed',
    { queue: series(0, 0, 0, 0, 0).map((s) => ({ ...s, counts: { ...none, delayed: 1 } })) },
    'not-ready',
    /1, 1, 1, 1, 1/,
  ],
  ['a dead letter', { deadLetters: { ...none, visible: 1 } }, 'failed', /1 message\(s\) in the dead-letter/],
  ['a dead letter that someone is reading', { deadLetters: { ...none, inFlight: 1 } }, 'failed', /dead-letter/],
  ['never sampled', { queue: [] }, 'unknown', /never sampled/],
];

describe('SQS backlog', () => {
  test.each(rows)('%s', (_name, changes, status, observed) => {
    expect(sqsBacklog({ ...good, ...changes })).toMatchObject({ status, observed: expect.stringMatching(observed) });
  });

  test.each([
    ['queue', { deadLetters: none }],
    ['dead-letter queue', { queue: series(0, 0, 0) }],
  ])('no %s', (_name, observation) => {
    expect(sqsBacklog(observation)).toMatchObject({ status: 'failed', observed: expect.stringMatching(/not exist/) });
  });
});
