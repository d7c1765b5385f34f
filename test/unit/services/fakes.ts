import { pino } from 'pino';
import type { NewOrder, Order, OrderEvent, OrderStore, Outbox } from '../../../services/api/orders.ts';

/** Collects log lines as objects. */
export function memoryLog() {
  const lines: Array<Record<string, unknown>> = [];
  const log = pino({ level: 'debug', base: null }, { write: (line: string) => lines.push(JSON.parse(line)) });
  return { log, lines };
}

/** The class keeps the API's store and outbox in memory. `failure` fails every call. */
export class MemoryStore implements OrderStore, Outbox {
  readonly orders = new Map<string, NewOrder>();
  readonly unpublished = new Map<string, OrderEvent>();
  failure: Error | undefined;

  async create(order: NewOrder) {
    this.#check();
    const same = [...this.orders.values()].find(
      ({ customerId, idempotencyKey }) =>
        idempotencyKey && idempotencyKey === order.idempotencyKey && customerId === order.customerId,
    );
    if (same) return { id: same.id, amount: same.amount, isNew: false };
    this.orders.set(order.id, order);
    this.unpublished.set(order.id, { orderId: order.id, correlationId: order.correlationId });
    return { id: order.id, amount: order.amount, isNew: true };
  }

  async find(id: string): Promise<Order | undefined> {
    this.#check();
    if (!this.orders.has(id)) return undefined;
    const at = new Date('2026-01-02T03:04:05.678Z');
    return { id, status: 'PENDING', retryCount: 0, failureReason: null, createdAt: at, updatedAt: at };
  }

  async deadLetters() {
    this.#check();
    return [];
  }

  async ping() {
    this.#check();
  }

  async markPublished(orderId: string) {
    this.#check();
    this.unpublished.delete(orderId);
  }

  async takeOverdue() {
    this.#check();
    return [...this.unpublished.values()];
  }

  #check() {
    if (this.failure) throw this.failure;
  }
}
