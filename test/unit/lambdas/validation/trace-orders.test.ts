import { describe, expect, test } from 'vitest';
import { traceOrders } from '../../../../lambdas/validation/trace-orders.ts';
import { fakeClock, outputs, RUN } from '../support/fixtures.ts';
import { fakePlatform, type PlatformOptions } from '../support/platform.ts';

async function follow(options: PlatformOptions = {}, orders = 1) {
  const { ports, posted } = fakePlatform(options);
  const started = ports.clock.now();
  const result = await traceOrders(outputs, { run: RUN, orders }, ports);
  return { ...result, posted, seconds: (ports.clock.now() - started) / 1_000 };
}

const rows: [string, PlatformOptions, string, RegExp][] = [
  ['the happy path', {}, 'passed', /PENDING → PROCESSING → PROCESSED/],
  ['too fast to see it PENDING', { statuses: ['PROCESSED'] }, 'passed', /o-1 PROCESSED/],
  [
    'a worker that logs no deletion, and the queue needs a while',
    { queue: [0, 1, 1, 0], silent: ['deleted'] },
    'passed',
    /counts alone \(queue 0 before, 0 after\)/,
  ],
  [
    'a worker that logs no deletion, and others are waiting too',
    { queue: [4, 5, 4], silent: ['deleted'] },
    'passed',
    /4 before, 4 after/,
  ],
  ['a deletion, while others fill the queue', { queue: [0, 3, 9, 27] }, 'passed', /deleted, as the worker's log says/],
  ['a message that SQS did not delete', { undeleted: true }, 'not-ready', /could not delete a message/],
  ['FAILED', { statuses: ['PENDING', 'FAILED'], failureReason: 'limit' }, 'failed', /limit/],
  [
    'a worker that is not consuming',
    { statuses: ['PENDING'], silent: ['received', 'processed'], queue: [0, 1] },
    'failed',
    /no further than PENDING.* runs 1 task\(s\), and has taken no message in 6\d s/,
  ],
  [
    'a message that never came to the queue',
    { statuses: ['PENDING'], silent: ['published', 'received', 'processed'] },
    'not-ready',
    /is in no log and no queue/,
  ],
  [
    'a worker that is still starting',
    {
      statuses: ['PENDING'],
      silent: ['received', 'processed'],
      queue: [0, 1],
      worker: { running: 0, runningTasks: [] },
    },
    'not-ready',
    /no further than PENDING/,
  ],
  [
    'a worker that does not start',
    { statuses: ['PENDING'], silent: ['received', 'processed'], worker: { status: 'MISSING', runningTasks: [] } },
    'failed',
    /service is MISSING/,
  ],
  [
    'a worker whose log is lost',
    { silent: ['received', 'processed', 'deleted'] },
    'not-ready',
    /not seen by the worker/,
  ],
  ['a message that stays', { queue: [0, 1], silent: ['deleted'] }, 'not-ready', /0 before, 1 after/],
  ['a queue that is empty once only', { queue: [0, 1, 0, 1], silent: ['deleted'] }, 'not-ready', /1 after/],
  ['a dead letter', { deadLetters: [0, 1] }, 'failed', /grew by 1/],
  ['a refusal', { post: { kind: 'answer', status: 400, body: '{}', address: 'a', ms: 1 } }, 'failed', /answered 400/],
  ['no answer', { post: { kind: 'silent', message: 'ECONNREFUSED' } }, 'not-ready', /ECONNREFUSED/],
  ['HTML for an answer', { post: { kind: 'answer', status: 202, body: '<p>', address: 'a', ms: 1 } }, 'failed', /202/],
];

interface Told {
  name: string;
  ms: number;
  exact: boolean;
}

/** Returns the behaviours of the first order in the evidence. */
async function told(options: PlatformOptions): Promise<Told[]> {
  const { evidence } = await follow(options);
  const [order] = evidence.orders as { behaviours: Told[] }[];
  return order?.behaviours.map(({ name, ms, exact }) => ({ name, ms, exact })) ?? [];
}

describe('the times of an order', () => {
  const times = { created: 12, updated: 95, published: 60, received: 71, processed: 96, deleted: 110 };
  const polls: PlatformOptions = { statuses: ['PENDING', 'PENDING', 'PROCESSED'], answersAfter: 150 };

  test('are those of its own timestamps', async () => {
    expect(await told({ ...polls, times })).toEqual([
      { name: 'stored', ms: 12, exact: true },
      { name: 'published', ms: 60, exact: true },
      { name: 'consumed', ms: 71, exact: true },
      { name: 'processed', ms: 95, exact: true },
      { name: 'deleted', ms: 110, exact: true },
    ]);
  });

  test('are those at which it was noticed where it has none, and say so', async () => {
    expect((await follow(polls)).observed).toMatch(/stored \(seen by 150 ms\)/);
  });

  test.each<[string, PlatformOptions['times']]>([
    ['published is logged after it was consumed', { ...times, published: 90, received: 71 }],
    ['the database has no timestamps', { published: 60, received: 71, processed: 96, deleted: 110 }],
    ['the logs have none', { created: 12, updated: 95 }],
    ['the database’s clock is ahead', { ...times, created: 80, updated: 300 }],
    ['the database’s clock is behind', { ...times, created: -500, updated: -400 }],
    ['the worker’s clock is behind', { ...times, received: -300, processed: -250, deleted: -240 }],
    ['a clock is an hour off', { ...times, created: -3_600_000, updated: 3_600_000 }],
  ])('never contradict each other: %s', async (_name, given) => {
    const list = (await told({ ...polls, times: given ?? {} })).map(({ ms }) => ms);
    expect(list).toHaveLength(5);
    expect(list).toEqual(list.toSorted((a, b) => a - b));
    expect(list.every((ms) => ms >= 0)).toBe(true);
  });
});

describe('following an order', () => {
  test('needs no count where the worker logs the deletion', async () => {
    const { seconds, evidence } = await follow({ statuses: ['PROCESSED'], queue: [0, 7] });
    expect(seconds).toBeLessThan(0.5);
    expect(evidence.deleted).toMatchObject({ status: 'passed', restsOn: expect.stringMatching(/^the worker's log/) });
  });

  test('says that a verdict rests on counts alone', async () => {
    const { evidence } = await follow({ silent: ['deleted'] });
    expect(evidence.deleted).toMatchObject({ status: 'passed', restsOn: expect.stringMatching(/^the queue's counts/) });
  });

  test.each(rows)('%s', async (_name, options, status, observed) => {
    const result = await follow(options);
    expect(result).toMatchObject({ status, observed: expect.stringMatching(observed) });
    expect(result.seconds).toBeLessThan(100);
  });

  test('sends a correlation id of its own with each of several orders', async () => {
    const { posted, status } = await follow({}, 3);
    expect(status).toBe('passed');
    expect(new Set(posted).size).toBe(3);
    for (const id of posted) expect(id).toMatch(new RegExp(`^runbook-${RUN}-[0-9a-f-]{36}-[1-3]$`));
  });

  test('searches the logs once for all orders', async () => {
    const { ports } = fakePlatform();
    const patterns: (string | undefined)[] = [];
    const findLines: typeof ports.logs.findLines = (query) => {
      patterns.push(query.pattern);
      return ports.logs.findLines(query);
    };
    await traceOrders(outputs, { run: RUN, orders: 3 }, { ...ports, logs: { findLines } });
    expect(new Set(patterns).size).toBe(1);
    expect(patterns.length).toBeLessThan(10);
  });

  test('sends nothing to an address that is not the load balancer', async () => {
    const { status, posted } = await follow({ loadBalancer: ['other.example.com'] });
    expect({ status, posted }).toEqual({ status: 'failed', posted: [] });
  });

  test('does not wait for a worker that takes nothing', async () => {
    const { seconds } = await follow({ statuses: ['PENDING'], silent: ['received', 'processed'], queue: [0, 1] });
    expect(seconds).toBeLessThan(70);
  });

  test('gives up at once when the order cannot succeed any more', async () => {
    expect((await follow({ statuses: ['FAILED'] })).seconds).toBeLessThan(2);
  });

  test('does not take the lines of the tenth order for those of the first', async () => {
    const { status, observed } = await follow({ silentAbout: /-1$/ }, 10);
    expect({ status, observed }).toMatchObject({
      status: 'not-ready',
      observed: expect.stringMatching(/order o-1 was not seen by the worker/),
    });
    expect(observed).not.toMatch(/order o-10 was not seen/);
  });

  test('does not take the line of another order for its own', async () => {
    const { ports } = fakePlatform();
    const logs = {
      findLines: async () => ({
        lines: [{ at: fakeClock().now(), stream: 's', message: 'SQS message received Order o-10 PROCESSED runbook-x' }],
        incomplete: false,
        pages: 1,
      }),
    };
    const { status } = await traceOrders(outputs, { run: RUN, orders: 1 }, { ...ports, logs });
    expect(status).toBe('not-ready');
  });
});
