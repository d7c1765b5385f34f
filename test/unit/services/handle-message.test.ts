import { beforeEach, describe, expect, test } from 'vitest';
import { handleMessage } from '../../../services/worker/handle-message.ts';
import type { ClaimedOrder, ClaimResult, WorkerStore } from '../../../services/worker/order-store.ts';
import { processOrder } from '../../../services/worker/process-order.ts';
import { afterFailure } from '../../../services/worker/retry-policy.ts';
import { memoryLog } from './fakes.ts';

const ID = '3f0c1b1e-8f6a-4d8e-9a53-0a4a5f1f2c11';

/** Returns a store that holds one order's claim and records the writes. */
function fakeStore(claim: ClaimResult, effective = true) {
  const writes: unknown[][] = [];
  const note = (name: string) => {
    return async (_order: ClaimedOrder, ...values: unknown[]) => {
      writes.push([name, ...values]);
      return effective;
    };
  };
  const store: WorkerStore = {
    claim: async () => claim,
    complete: note('complete'),
    release: note('release'),
    fail: note('fail'),
    ping: async () => {},
  };
  return { store, writes };
}

const claimed = (amount: number, retryCount = 0): ClaimResult => ({
  outcome: 'claimed',
  order: { id: ID, amount, retryCount, claim: 'mine' },
});

let memory: ReturnType<typeof memoryLog>;
beforeEach(() => {
  memory = memoryLog();
});

function handle(store: WorkerStore, body = JSON.stringify({ orderId: ID })) {
  const message = { id: 'm', receiptHandle: 'r', body, correlationId: 'c-1' };
  const log = memory.log.child({ correlationId: 'c-1' });
  return handleMessage(message, { store, amountLimit: 100, backoffSeconds: 2 }, log);
}

describe('a message', () => {
  test('of a good order processes it, and says so with both ids', async () => {
    const { store, writes } = fakeStore(claimed(100));
    expect(await handle(store)).toEqual({ action: 'delete' });
    expect(writes).toEqual([['complete']]);
    for (const msg of ['SQS message received', `Order ${ID} PROCESSED`]) {
      expect(memory.lines).toContainEqual(expect.objectContaining({ msg, orderId: ID, correlationId: 'c-1' }));
    }
  });

  test('of a bad order comes back later', async () => {
    const { store, writes } = fakeStore(claimed(101, 1));
    expect(await handle(store)).toEqual({ action: 'retry', delaySeconds: 4 });
    expect(writes).toEqual([['release', 2, 'amount 101 is over the limit of 100']]);
  });

  test('of a bad order out of retries fails it', async () => {
    const { store, writes } = fakeStore(claimed(101, 3));
    expect(await handle(store)).toEqual({ action: 'delete' });
    expect(writes).toEqual([['fail', 'amount 101 is over the limit of 100']]);
  });

  test.each<[ClaimResult['outcome'], string]>([
    ['finished', 'delete'],
    ['busy', 'leave'],
    ['missing', 'leave'],
  ])('of an order that is %s does no work', async (outcome, action) => {
    const { store, writes } = fakeStore({ outcome } as ClaimResult);
    expect(await handle(store)).toEqual({ action });
    expect(writes).toEqual([]);
  });

  test.each([50, 101])('whose claim was lost meanwhile is left to the other attempt (amount %d)', async (amount) => {
    for (const retryCount of [0, 3]) {
      const { store } = fakeStore(claimed(amount, retryCount), false);
      expect(await handle(store)).toEqual({ action: 'leave' });
    }
    expect(memory.lines.map((line) => line.msg)).not.toContain(`Order ${ID} PROCESSED`);
  });

  test.each(['', 'order 1', '{}', '{"orderId":7}', '{"orderId":"7"}', '[]'])(
    '%j is left to the redrive',
    async (body) => {
      const { store } = fakeStore(claimed(1));
      expect(await handle(store, body)).toEqual({ action: 'leave' });
      expect(memory.lines.map((line) => line.msg)).not.toContain('SQS message received');
    },
  );

  test('rejects when the database is away', async () => {
    const { store } = fakeStore(claimed(1));
    store.claim = async () => {
      throw new Error('gone');
    };
    await expect(handle(store)).rejects.toThrow('gone');
  });
});

describe('the rules', () => {
  test('retries three times, each after twice the wait', () => {
    const steps = [0, 1, 2, 3].map((retryCount) => afterFailure(retryCount, 5));
    expect(steps).toEqual([
      { retry: true, retryCount: 1, delaySeconds: 5 },
      { retry: true, retryCount: 2, delaySeconds: 10 },
      { retry: true, retryCount: 3, delaySeconds: 20 },
      { retry: false },
    ]);
  });

  test('accepts amounts up to the limit', () => {
    expect(processOrder({ id: ID, amount: 10 }, 10)).toEqual({ processed: true });
    expect(processOrder({ id: ID, amount: 10.01 }, 10)).toMatchObject({ processed: false });
  });
});
