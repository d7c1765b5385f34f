import { describe, expect, test, vi } from 'vitest';
import type { OrderEvent } from '../../../services/api/orders.ts';
import { publishEvent, relay } from '../../../services/api/outbox.ts';
import { MemoryStore, memoryLog } from './fakes.ts';

const order = (id: string) => ({ id, customerId: 'c', amount: 1, correlationId: `c-${id}` });
const { log, lines } = memoryLog();

describe('outbox', () => {
  test('keeps an event that was sent but could not be marked', async () => {
    const store = new MemoryStore();
    await store.create(order('1'));
    store.failure = new Error('database gone');
    await publishEvent({ orderId: '1', correlationId: 'c-1' }, async () => {}, store, log);
    expect(store.unpublished.size).toBe(1);
  });

  test('relays what is overdue, outlives SQS and the database being down, and ends when its signal aborts', async () => {
    const store = new MemoryStore();
    await store.create(order('1'));
    await store.create(order('2'));
    const sent: string[] = [];
    let sqsDown = true;
    const publish = async ({ orderId }: OrderEvent) => {
      if (sqsDown && orderId === '2') throw new Error('SQS is down');
      sent.push(orderId);
    };
    const stopping = new AbortController();
    const running = relay(publish, store, log, stopping.signal, 2);

    await vi.waitFor(() => expect(sent).toEqual(['1']));
    store.failure = new Error('database gone');
    await vi.waitFor(() => expect(lines.at(-1)?.msg).toBe('the outbox could not be read'));
    store.failure = undefined;
    sqsDown = false;
    await vi.waitFor(() => expect(store.unpublished.size).toBe(0));
    expect(sent).toEqual(['1', '2']);
    stopping.abort();
    await running;
  });
});
