import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { beforeEach, describe, expect, test } from 'vitest';
import { type AppDependencies, createApp } from '../../../services/api/app.ts';
import type { OrderEvent } from '../../../services/api/orders.ts';
import { MemoryStore, memoryLog } from './fakes.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

let store: MemoryStore;
let published: OrderEvent[];
let publish: (event: OrderEvent) => Promise<void>;
let lines: Array<Record<string, unknown>>;
let dependencies: AppDependencies;
let app: ReturnType<typeof createApp>;

beforeEach(() => {
  store = new MemoryStore();
  published = [];
  publish = async (event) => void published.push(event);
  const memory = memoryLog();
  lines = memory.lines;
  dependencies = {
    store,
    outbox: store,
    publish: (event) => publish(event),
    log: memory.log,
    requestTimeoutMs: 10_000,
  };
  app = createApp(dependencies);
});

const post = (payload: unknown, headers: Record<string, string> = {}) =>
  app.inject({
    method: 'POST',
    url: '/orders',
    payload: JSON.stringify(payload),
    headers: { 'content-type': 'application/json', ...headers },
  });

describe('POST /orders', () => {
  test('stores the order, publishes its event and answers 202', async () => {
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

  test.each([undefined, 'two words', 'a'.repeat(129), '{"a":1}'])(
    'makes a correlation id instead of %j',
    async (given) => {
      const response = await post({ customerId: 'c', amount: 1 }, given ? { 'x-correlation-id': given } : {});
      expect(response.headers['x-correlation-id']).toMatch(UUID);
      expect(published[0]?.correlationId).toBe(response.headers['x-correlation-id']);
    },
  );

  test.each([
    [{ customerId: 'c' }, 'amount'],
    [{ customerId: 'c', amount: '1' }, 'amount'],
    [{ customerId: 'a\u0000b', amount: 1 }, 'customerId'],
    [{ customerId: 'a\u001b[31mb', amount: 1 }, 'customerId'],
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

  test.each([0.01, 19.99, 1.1, 123_456.78])('accepts %d', async (amount) => {
    expect((await post({ customerId: 'c', amount })).statusCode).toBe(202);
  });

  test('accepts an order whose event could not be published, and keeps the event', async () => {
    publish = async () => {
      throw new Error('SQS is down');
    };
    const response = await post({ customerId: 'c', amount: 1 });
    expect(response.statusCode).toBe(202);
    expect([...store.unpublished.keys()]).toEqual([response.json().orderId]);
  });

  test('answers 503 when the database cannot be reached, and publishes nothing', async () => {
    store.failure = Object.assign(new Error('connect ECONNREFUSED 10.0.1.2:5432'), { code: 'ECONNREFUSED' });
    const response = await post({ customerId: 'c', amount: 1 });
    expect(response.statusCode).toBe(503);
    expect(response.body).not.toContain('10.0.1.2');
    expect(published).toEqual([]);
  });

  test('answers problems for what is no JSON, too large, or no route', async () => {
    const send = (payload: string) =>
      app.inject({ method: 'POST', url: '/orders', payload, headers: { 'content-type': 'application/json' } });
    expect((await send('{')).statusCode).toBe(400);
    expect((await send(JSON.stringify({ customerId: 'c'.repeat(20_000), amount: 1 }))).statusCode).toBe(413);
    expect((await app.inject('/nowhere')).json()).toMatchObject({ status: 404, detail: 'no route GET /nowhere' });
  });
});

describe('GET', () => {
  test('/orders/{id} tells the order', async () => {
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

  test.each(['1', '00000000-0000-4000-8000-000000000000'])('/orders/%s is a 404 problem', async (id) => {
    const response = await app.inject(`/orders/${id}`);
    expect(response.json()).toEqual({ type: 'about:blank', title: 'Not Found', status: 404, detail: `no order ${id}` });
  });

  test.each([
    [undefined, 401],
    ['Bearer wrong', 401],
    ['Bearer ', 401],
    ['sesame', 401],
    ['Bearer sesame', 200],
  ])('/dlq, asked with %j, answers %i', async (authorization, status) => {
    const operated = createApp({ ...dependencies, operatorToken: async () => 'sesame' });
    const response = await operated.inject({ url: '/dlq', headers: authorization ? { authorization } : {} });
    expect(response.statusCode).toBe(status);
    if (status === 200) expect(response.json()).toEqual([]);
    else expect(response.headers['www-authenticate']).toBe('Bearer');
  });

  test('/dlq does not exist without a token for operators', async () => {
    expect((await app.inject('/dlq')).statusCode).toBe(404);
  });

  test('/dlq is closed while the token cannot be read', async () => {
    const operated = createApp({ ...dependencies, operatorToken: () => Promise.reject(new Error('denied')) });
    const response = await operated.inject({ url: '/dlq', headers: { authorization: 'Bearer sesame' } });
    expect(response.statusCode).toBe(500);
    expect(response.body).not.toContain('denied');
  });

  test('/actuator/health follows the database', async () => {
    const up = await app.inject('/actuator/health');
    expect([up.statusCode, up.json()]).toEqual([200, { status: 'UP' }]);
    store.failure = new Error('gone');
    const down = await app.inject('/actuator/health');
    expect([down.statusCode, down.json()]).toEqual([503, { status: 'DOWN', reason: 'the database does not answer' }]);
  });
});

describe('Idempotency-Key', () => {
  const withKey = (key: string, order: object = { customerId: 'c', amount: 5 }) =>
    post(order, { 'idempotency-key': key });

  test('gives a repeated request the order of the first, published once', async () => {
    const [first, second] = [await withKey('k-1'), await withKey('k-1')];
    expect([first.statusCode, second.statusCode]).toEqual([202, 202]);
    expect(second.json()).toEqual(first.json());
    expect(second.headers.location).toBe(first.headers.location);
    expect([store.orders.size, published.length]).toEqual([1, 1]);
  });

  test("is the customer's own", async () => {
    const [one, other] = [await withKey('k-1'), await withKey('k-1', { customerId: 'd', amount: 5 })];
    expect(other.json().orderId).not.toBe(one.json().orderId);
  });

  test('stands for one order: another amount is refused', async () => {
    await withKey('k-1');
    const response = await withKey('k-1', { customerId: 'c', amount: 6 });
    expect([response.statusCode, response.json().detail]).toEqual([422, expect.stringContaining('k-1')]);
    expect(store.orders.size).toBe(1);
  });

  test.each(['', 'two words', 'a'.repeat(256), 'caf\u00e9'])('may not be %j', async (key) => {
    expect((await withKey(key)).statusCode).toBe(400);
    expect(store.orders.size).toBe(0);
  });

  test('is nothing that two orders without one have in common', async () => {
    const order = { customerId: 'c', amount: 5 };
    expect((await post(order)).json()).not.toEqual((await post(order)).json());
  });
});

describe('a request that does not arrive', () => {
  test.each([
    ['headers', 'POST /orders HTTP/1.1\r\nHost: api\r\n'],
    [
      'body',
      'POST /orders HTTP/1.1\r\nHost: api\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n{"cust',
    ],
  ])('in its %s is answered with 408 in the end', async (_, half) => {
    const api = createApp({ store, outbox: store, publish, log: memoryLog().log, requestTimeoutMs: 200 });
    await api.listen({ host: '127.0.0.1', port: 0 });
    const { port } = api.server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    socket.write(half);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 /);
    await api.close();
  });
});
