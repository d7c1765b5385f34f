import { beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../../services/api/app.ts';
import type { OrderEvent } from '../../../services/api/orders.ts';
import { MemoryStore, memoryLog } from './fakes.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

let store: MemoryStore;
let published: OrderEvent[];
let publish: (event: OrderEvent) => Promise<void>;
let lines: Array<Record<string, unknown>>;
let app: ReturnType<typeof createApp>;

beforeEach(() => {
  store = new MemoryStore();
  published = [];
  publish = async (event) => void published.push(event);
  const memory = memoryLog();
  lines = memory.lines;
  app = createApp({ store, outbox: store, publish: (event) => publish(event), log: memory.log });
});

const post = (payload: unknown, headers: Record<string, string> = {}) =>
  app.inject({
    method: 'POST',
    url: '/orders',
    payload: JSON.stringify(payload),
    headers: { 'content-type': 'application/json', ...headers },
  });

describe('POST /orders', () => {
  it('stores the order, publishes its event and answers 202', async () => {
    const response = await post({ customerId: ' test ', amount: 123 }, { 'x-correlation-id': 'abc-1' });
    expect(response.statusCode).toBe(202);
    const { orderId } = response.json();
    expect(orderId).toMatch(UUID);
    expect(response.headers).toMatchObject({ location: `/orders/${orderId}`, 'x-correlation-id': 'abc-1' });
    const stored = { id: orderId, customerId: 'test', amount: 123, correlationId: 'abc-1' };
    expect([...store.orders.values()]).toEqual([stored]);
    expect(published).toEqual([{ orderId, correlationId: 'abc-1' }]);
    expect(store.unpublished.size).toBe(0);
    expect(lines.find((line) => line.msg === 'order event published')).toMatchObject({
      correlationId: 'abc-1',
      orderId,
    });
  });

  it.each([undefined, 'two words', 'a'.repeat(129), '{"a":1}'])(
    'makes a correlation id instead of %j',
    async (given) => {
      const response = await post({ customerId: 'c', amount: 1 }, given ? { 'x-correlation-id': given } : {});
      expect(response.headers['x-correlation-id']).toMatch(UUID);
      expect(published[0]?.correlationId).toBe(response.headers['x-correlation-id']);
    },
  );

  it.each([
    [{ customerId: 'c' }, 'amount'],
    [{ customerId: 'c', amount: '1' }, 'amount'],
    [{ customerId: 'c', amount: 0 }, 'amount'],
    [{ customerId: 'c', amount: 1.005 }, 'two decimals'],
    [{ customerId: 'c', amount: 1e12 }, 'amount'],
    [{ customerId: '  ', amount: 1 }, 'customerId'],
    [{ customerId: 'c', amount: 1, coupon: 'x' }, 'coupon'],
    [[], 'expected object'],
  ])('refuses %j', async (body, problem) => {
    const response = await post(body);
    expect(response.statusCode).toBe(400);
    expect(response.headers['content-type']).toContain('application/problem+json');
    expect(response.json()).toMatchObject({
      title: 'Bad Request',
      status: 400,
      detail: expect.stringContaining(problem),
    });
    expect(store.orders.size).toBe(0);
  });

  it.each([0.01, 19.99, 1.1, 123_456.78])('accepts %d', async (amount) => {
    expect((await post({ customerId: 'c', amount })).statusCode).toBe(202);
  });

  it('accepts an order whose event could not be published, and keeps the event', async () => {
    publish = async () => {
      throw new Error('SQS is down');
    };
    const response = await post({ customerId: 'c', amount: 1 });
    expect(response.statusCode).toBe(202);
    expect([...store.unpublished.keys()]).toEqual([response.json().orderId]);
  });

  it('answers 503 when the database cannot be reached, and publishes nothing', async () => {
    store.failure = Object.assign(new Error('connect ECONNREFUSED 10.0.1.2:5432'), { code: 'ECONNREFUSED' });
    const response = await post({ customerId: 'c', amount: 1 });
    expect(response.statusCode).toBe(503);
    expect(response.body).not.toContain('10.0.1.2');
    expect(published).toEqual([]);
  });

  it('answers problems for what is no JSON, too large, or no route', async () => {
    const send = (payload: string) =>
      app.inject({ method: 'POST', url: '/orders', payload, headers: { 'content-type': 'application/json' } });
    expect((await send('{')).statusCode).toBe(400);
    expect((await send(JSON.stringify({ customerId: 'c'.repeat(20_000), amount: 1 }))).statusCode).toBe(413);
    expect((await app.inject('/nowhere')).json()).toMatchObject({ status: 404, detail: 'no route GET /nowhere' });
  });
});

describe('GET', () => {
  it('/orders/{id} tells the order', async () => {
    const { orderId } = (await post({ customerId: 'c', amount: 1 })).json();
    const response = await app.inject(`/orders/${orderId}`);
    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({
      id: orderId,
      status: 'PENDING',
      retryCount: 0,
      failureReason: null,
      createdAt: '2026-01-02T03:04:05.678Z',
      updatedAt: '2026-01-02T03:04:05.678Z',
    });
  });

  it.each(['1', '00000000-0000-4000-8000-000000000000'])('/orders/%s is a 404 problem', async (id) => {
    const response = await app.inject(`/orders/${id}`);
    expect(response.json()).toEqual({ type: 'about:blank', title: 'Not Found', status: 404, detail: `no order ${id}` });
  });

  it('/dlq lists dead letters', async () => {
    expect((await app.inject('/dlq')).json()).toEqual([]);
  });

  it('/actuator/health follows the database', async () => {
    const up = await app.inject('/actuator/health');
    expect([up.statusCode, up.json()]).toEqual([200, { status: 'UP' }]);
    store.failure = new Error('gone');
    const down = await app.inject('/actuator/health');
    expect([down.statusCode, down.json()]).toEqual([503, { status: 'DOWN', reason: 'the database does not answer' }]);
  });
});
