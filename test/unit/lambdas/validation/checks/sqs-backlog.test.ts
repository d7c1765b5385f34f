import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BacklogObservation, sqsBacklog } from '../../../../../lambdas/validation/checks/sqs-backlog.ts';

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
    { queue: series(1, 1), stuck: 'worker: MISSING' },
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

/** The lab measured these counts at eight orders a second. Each order was taken within seconds. */
const IN_USE = [2, 0, 2, 0, 3, 1, 1, 2, 1, 2, 2, 1];
const inFlight = (...totals: number[]) => totals.map((one, at) => ({ at, counts: { ...none, inFlight: one } }));

/** Returns counts in which a worker holds two messages at most. */
function filled(...totals: number[]) {
  return totals.map((all, at) => {
    const flying = Math.min(all, 2);
    return { at, counts: { delayed: 0, visible: all - flying, inFlight: flying } };
  });
}

const flows: [string, BacklogObservation['queue'], string][] = [
  ['in steady use', series(...IN_USE), 'passed'],
  ['in steady use, every message in a worker’s hands', inFlight(3, 1, 4, 2, 3, 1, 2, 4, 3, 1, 2, 3), 'passed'],
  ['in heavy use', inFlight(18, 22, 25, 14, 17, 24, 20, 15, 21, 26, 19, 16), 'passed'],
  ['looked at for too short', series(...IN_USE.slice(0, 11)), 'not-ready'],
  ['that steadily grows', inFlight(...Array.from({ length: 40 }, (_, index) => index)), 'not-ready'],
  ['that grows and wavers', inFlight(0, 2, 1, 3, 2, 4, 3, 5, 4, 6, 5, 7, 6, 8, 7, 9, 8, 10), 'not-ready'],
  ['that wavers, and that nobody takes from', series(3, 2, 3, 3, 2, 3, 2, 3, 3, 2, 3, 2, 3), 'not-ready'],
  ['that jumps at the end', series(...IN_USE, 500), 'not-ready'],
  ['of 1,366 that stand', inFlight(...Array(40).fill(1_366)), 'not-ready'],
  ['of 1,366 as many come as go', inFlight(...Array.from({ length: 40 }, (_, i) => 1_366 + (i % 2) * 9)), 'not-ready'],
  ['of 1,366 that falls', inFlight(...Array.from({ length: 40 }, (_, i) => 1_366 - 20 * i)), 'not-ready'],
  ['empty twice, then never', series(1, 0, 1, 0, ...Array(8).fill(5)), 'not-ready'],
  ['empty once, then never', series(0, ...Array(20).fill(5)), 'not-ready'],
  ['of two that come back', inFlight(2, 2, 1, 2, 2, 1, 2, 2, 2, 2, 1, 2, 2, 2), 'not-ready'],
  ['of three that come back', inFlight(3, 2, 3, 2, 3, 3, 2, 3, 2, 3, 2, 3, 2, 3), 'not-ready'],
  // A worker takes five messages and never deletes them.
  ['that fills up while it is looked at', filled(0, 1, 2, 3, 4, 5, 5, 4, 5, 4, 5, 4), 'not-ready'],
  ['that fills up late', filled(0, 0, 0, 0, 0, 1, 5, 4, 5, 4, 5, 4, 5, 4), 'not-ready'],
  ['that empties once and fills up', filled(2, 0, 1, 2, 3, 4, 5, 6, 6, 5, 6, 5, 6, 5), 'not-ready'],
  ['with one that is never taken', series(...Array(20).fill(1)), 'not-ready'],
];

/** No worker can process these messages. Each one is taken and comes back, and some counts miss one. */
const poison = fc
  .tuple(
    fc.integer({ min: 2, max: 30 }),
    fc.array(fc.tuple(fc.boolean(), fc.nat({ max: 30 })), { minLength: 12, maxLength: 60 }),
  )
  .map(([held, rounds]) =>
    rounds.map(([isMissing, taken], at) => {
      const counted = held - (isMissing ? 1 : 0);
      const flying = Math.min(taken, counted);
      return { at, counts: { delayed: 0, visible: counted - flying, inFlight: flying } };
    }),
  );

/** The messages are like those of `poison`. They arrive in the first half of the observation. */
const arriving = fc
  .array(fc.record({ come: fc.nat({ max: 3 }), isMissing: fc.boolean(), taken: fc.nat({ max: 5 }) }), {
    ...{ minLength: 12, maxLength: 60 },
  })
  .map((rounds) => {
    let held = 0;
    return rounds.map(({ come, isMissing, taken }, at) => {
      held += at < rounds.length / 2 ? come : 0;
      const counted = Math.max(0, held - (isMissing ? 1 : 0));
      const flying = Math.min(taken, counted);
      return { at, counts: { delayed: 0, visible: counted - flying, inFlight: flying } };
    });
  })
  // More messages arrive than the count varies by.
  .filter((rounds) => (rounds.at(-6)?.counts.visible ?? 0) + (rounds.at(-6)?.counts.inFlight ?? 0) > 2);

describe('a queue', () => {
  test('to which messages come that never leave does not pass, however its count wavers by one', () => {
    fc.assert(
      fc.property(arriving, (queue) => {
        expect(sqsBacklog({ queue, deadLetters: none }).status).toBe('not-ready');
      }),
      { numRuns: 500 },
    );
  });

  test('of messages that come back never passes, however their count wavers by one', () => {
    fc.assert(
      fc.property(poison, (queue) => {
        expect(sqsBacklog({ queue, deadLetters: none }).status).toBe('not-ready');
      }),
      { numRuns: 500 },
    );
  });

  test.each(flows)('%s', (_name, queue, status) => {
    expect(sqsBacklog({ deadLetters: none, ...(queue ? { queue } : {}) }).status).toBe(status);
  });

  test('in steady use says what the verdict rests on', () => {
    expect(sqsBacklog({ queue: series(...IN_USE), deadLetters: none })).toMatchObject({
      observed: expect.stringMatching(/2, 0, 2.*3 or more messages left the queue, which had held 3 at most/),
      evidence: { restsOn: expect.stringMatching(/^flow/) },
    });
    expect(sqsBacklog(good).evidence.restsOn).toBe('5 counts of zero in a row');
  });

  test('in steady use with a dead letter fails', () => {
    const dead = { ...none, visible: 1 };
    expect(sqsBacklog({ queue: series(...IN_USE), deadLetters: dead }).status).toBe('failed');
  });
});

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
