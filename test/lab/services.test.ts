import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { freePort } from '../../lab/free-port.ts';
import { PATIENCE_MS } from '../../lab/test/support/patience.ts';
import { LOCK } from '../../services/migrate/migrate.ts';
import { migrations } from '../../services/migrate/migrations.ts';
import { OrderPlatform } from './support/order-platform.ts';

let platform: OrderPlatform;

beforeAll(async () => {
  platform = await OrderPlatform.start();
});
afterAll(() => platform?.stop());
beforeEach(({ task }) => platform.newQueue(`order-events-${task.id}`));
afterEach(() => platform.reset());

describe('an order', () => {
  test('goes from PENDING to PROCESSED, its correlation id all the way with it', async () => {
    const api = await platform.api();
    const response = await api.post(123, { 'x-correlation-id': 'trace-42' });
    expect(response.status).toBe(202);
    expect(response.headers.get('x-correlation-id')).toBe('trace-42');
    const { orderId } = (await response.json()) as { orderId: string };
    expect(await api.order(orderId)).toMatchObject({
      id: orderId,
      status: 'PENDING',
      retryCount: 0,
      failureReason: null,
    });
    expect(await api.process.line(/order event published/)).toMatchObject({ correlationId: 'trace-42', orderId });

    const worker = await platform.worker();
    await api.reaches(orderId, 'PROCESSED');
    for (const msg of [/^SQS message received$/, new RegExp(`^Order ${orderId} PROCESSED$`)]) {
      expect(await worker.line(msg)).toMatchObject({
        correlationId: 'trace-42',
        orderId,
        level: 'info',
        service: 'worker',
      });
    }
    const stored = await platform.database.query('SELECT correlation_id FROM orders WHERE id = $1', [orderId]);
    expect(stored).toEqual([{ correlation_id: 'trace-42' }]);
    await platform.queueIsEmpty();
  });

  test('is processed once when its message comes twice', async () => {
    const api = await platform.api();
    const [first, second] = [await platform.worker(), await platform.worker()];
    const orderId = await api.place(5);
    await api.reaches(orderId, 'PROCESSED');
    await platform.send(JSON.stringify({ orderId }), 'again');
    const duplicates = () => first.count(/duplicate message deleted/) + second.count(/duplicate message deleted/);
    await vi.waitFor(() => expect(duplicates()).toBe(1), { timeout: PATIENCE_MS });
    await platform.queueIsEmpty();
    expect(first.count(/PROCESSED$/) + second.count(/PROCESSED$/)).toBe(1);
  });

  test('that keeps failing is retried three times, then FAILED with a dead letter', async () => {
    const token = 'a-token-of-the-test';
    const api = await platform.api({ OPERATOR_TOKEN_SECRET_ARN: await platform.secret(token) });
    const worker = await platform.worker({ AMOUNT_LIMIT: '50' });
    const orderId = await api.place(51.5);
    await api.reaches(orderId, 'FAILED');
    const reason = 'amount 51.5 is over the limit of 50';
    expect(await api.order(orderId)).toMatchObject({ retryCount: 3, failureReason: reason });
    expect(worker.count(/^SQS message received$/)).toBe(4);
    expect((await api.get('/dlq')).status).toBe(401);
    const deadLetters = await (await api.get('/dlq', { authorization: `Bearer ${token}` })).json();
    const letter = { orderId, customerId: 'test', amount: 51.5, retryCount: 3, failureReason: reason };
    expect(deadLetters).toEqual([expect.objectContaining(letter)]);
    await platform.queueIsEmpty();
  });

  test('is not lost when SQS is away: its event is relayed later', async () => {
    const nowhere = 'http://127.0.0.1:9';
    const api = await platform.api({ QUEUE_URL: `${nowhere}/123456789012/orders`, AWS_ENDPOINT_URL_SQS: nowhere });
    const response = await api.post(7);
    expect(response.status).toBe(202);
    const { orderId } = (await response.json()) as { orderId: string };
    expect(await api.process.line(/not published, left to the relay/)).toMatchObject({ orderId });
    expect((await api.get('/actuator/health')).status).toBe(200);
    await api.process.end();
    await platform.database.query(
      "UPDATE orders SET publish_attempted_at = now() - interval '1 minute' WHERE id = $1",
      [orderId],
    );

    await platform.worker();
    const next = await platform.api();
    await next.reaches(orderId, 'PROCESSED');
  });
});

describe('the worker', () => {
  test('leaves a malformed message to the redrive policy', async () => {
    const worker = await platform.worker();
    await platform.send('not an order');
    await worker.line(/malformed message/);
    expect(await platform.messages()).toBe(1);
  });

  test('finishes the message in hand on SIGTERM and takes no more', async () => {
    const api = await platform.api();
    const orderId = await api.place(1);
    const lock = await platform.database.connect();
    await lock.query('BEGIN');
    await lock.query('SELECT 1 FROM orders WHERE id = $1 FOR UPDATE', [orderId]);
    const worker = await platform.worker();
    await worker.line(/^SQS message received$/);
    const ended = worker.end('SIGTERM');
    await worker.line(/^stopping$/);
    await lock.query('ROLLBACK');
    await lock.end();
    expect(await ended).toBe(0);
    expect(await api.order(orderId)).toMatchObject({ status: 'PROCESSED' });
    await platform.queueIsEmpty();
  });

  test('that is killed leaves an order which the next one takes over', async () => {
    const api = await platform.api();
    const orderId = await api.place(1);
    const lock = await platform.database.connect();
    await lock.query('BEGIN');
    await lock.query('SELECT 1 FROM orders WHERE id = $1 FOR UPDATE', [orderId]);
    const doomed = await platform.worker();
    await doomed.line(/^SQS message received$/);
    await doomed.end('SIGKILL');
    await lock.query('ROLLBACK');
    await lock.query(
      `UPDATE orders SET status = 'PROCESSING', claim = gen_random_uuid(), claimed_until = now() + interval '1 second'
        WHERE id = $1`,
      [orderId],
    );
    await lock.end();
    await platform.worker();
    await api.reaches(orderId, 'PROCESSED');
  });
});

describe('the passwords of the database', () => {
  test('the one of the master user may be rotated at any time, and orders go on', async () => {
    const api = await platform.api();
    await platform.worker();
    await api.reaches(await api.place(1), 'PROCESSED');
    await platform.database.rotatePassword();
    await vi.waitFor(async () => expect((await api.get('/actuator/health')).status).toBe(200), {
      timeout: PATIENCE_MS,
    });
    const order = await api.place(2);
    await api.reaches(order, 'PROCESSED');
    expect(await api.order(order)).toMatchObject({ retryCount: 0 });
  });

  test('make the database unavailable, and not a mistake, until the next migration sets the one of the secret', async () => {
    const api = await platform.api();
    await platform.database.changeSecret('api', 'another'.repeat(6));
    expect((await api.post(1)).status).toBe(503);
    expect(await (await platform.migration('api')).exited()).toBe(0);
    await vi.waitFor(async () => expect((await api.post(1)).status).toBe(202), { timeout: PATIENCE_MS });
  });
});

describe('the role that a service logs in as', () => {
  const DENIED = '42501';
  test.each<['api' | 'worker', string]>([
    ['api', 'DELETE FROM orders'],
    ['api', "UPDATE orders SET status = 'PROCESSED'"],
    ['api', 'DELETE FROM dead_letter_orders'],
    ['worker', 'DELETE FROM orders'],
    ['worker', 'UPDATE orders SET amount = 1'],
    ['worker', 'SELECT * FROM dead_letter_orders'],
    ...(['api', 'worker'] as const).flatMap(
      (service): Array<['api' | 'worker', string]> => [
        [service, 'TRUNCATE orders'],
        [service, 'DROP TABLE orders'],
        [service, 'ALTER TABLE orders ADD COLUMN x int'],
        [service, 'CREATE TABLE x ()'],
        [service, 'CREATE TEMPORARY TABLE x ()'],
        [service, 'SELECT * FROM schema_migrations'],
        [service, 'SELECT * FROM pg_authid'],
        [service, 'CREATE ROLE x'],
        [service, 'SET ROLE order_migration'],
      ],
    ),
  ])('%s: may not %s', async (service, sql) => {
    expect(await (await platform.migration(service)).exited()).toBe(0);
    const client = await platform.database.connect(service);
    const denied = await client.query(sql).catch((error: { code?: string }) => error.code);
    await client.end();
    expect(denied).toBe(DENIED);
  });

  test('loses what an earlier version granted', async () => {
    await platform.database.query('SET ROLE order_migration; GRANT DELETE ON orders TO order_api');
    expect(await (await platform.migration('api')).exited()).toBe(0);
    const client = await platform.database.connect('api');
    await expect(client.query('DELETE FROM orders')).rejects.toThrow('permission denied');
    await client.end();
  });
});

describe('an idempotency key', () => {
  test('stands for one order, however many requests come at once', async () => {
    const api = await platform.api();
    const answers = await Promise.all(Array.from({ length: 8 }, () => api.post(3, { 'idempotency-key': 'once' })));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(202));
    const ids = await Promise.all(
      answers.map(async (answer) => ((await answer.json()) as { orderId: string }).orderId),
    );
    expect(new Set(ids).size).toBe(1);
    expect((await api.post(4, { 'idempotency-key': 'once' })).status).toBe(422);
    const rows = await platform.database.query("SELECT id FROM orders WHERE idempotency_key = 'once'");
    expect(rows).toEqual([{ id: ids[0] }]);
  });
});

describe('the database going away', () => {
  test('shows as DOWN, costs no order a retry, and both services recover', async () => {
    const api = await platform.api();
    const worker = await platform.worker();
    const orderId = await api.place(1);
    await api.reaches(orderId, 'PROCESSED');
    await platform.database.crash();

    const started = performance.now();
    const health = await api.get('/actuator/health');
    expect([health.status, await health.json()]).toEqual([503, expect.objectContaining({ status: 'DOWN' })]);
    expect(performance.now() - started).toBeLessThan(25_000);
    expect((await api.post(1)).status).toBe(503);
    await platform.send(JSON.stringify({ orderId }), 'during-the-outage');
    await worker.line(/message could not be handled/);
    await worker.line(/cannot take messages/);
    // A poll that was in progress when the first attempt failed may bring the message once more, but no other does.
    await delay(3_000);
    expect(worker.count(/^SQS message received$/)).toBeLessThanOrEqual(3);

    await platform.database.start();
    await vi.waitFor(async () => expect((await api.get('/actuator/health')).status).toBe(200), {
      timeout: PATIENCE_MS,
    });
    await worker.line(/duplicate message deleted/);
    const next = await api.place(2);
    await api.reaches(next, 'PROCESSED');
    expect(await api.order(next)).toMatchObject({ retryCount: 0 });
  });
});

describe('start and stop', () => {
  test('three tasks that start at once migrate once', async () => {
    await platform.database.query('SET ROLE order_migration; DROP TABLE dead_letter_orders, orders, schema_migrations');
    const tasks = await Promise.all((['api', 'worker', 'worker'] as const).map((name) => platform.migration(name)));
    const lines = await Promise.all(tasks.map((task) => task.line(/schema is up to date/)));
    const applied = lines.flatMap((line) => line.applied as string[]);
    expect(applied).toEqual(migrations.map(({ name }) => name));
  });

  test('waits for the migration of another task for longer than any other statement may take', async () => {
    const other = await platform.database.connect();
    await other.query('BEGIN');
    await other.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    const starting = platform.migration('worker');
    // The time is longer than the server and the client let a statement of a request take.
    await delay(7_000);
    await other.query('COMMIT');
    await other.end();
    expect(await (await starting).line(/schema is up to date/)).toMatchObject({ applied: [] });
  });

  test('the migration says nothing of a password', async () => {
    const { RUNTIME_PASSWORD = '', DB_PASSWORD = '' } = await platform.database.migration('api');
    const task = await platform.migration('api', { DB_PORT: '9', DB_STARTUP_SECONDS: '1' });
    expect(await task.exited()).toBe(1);
    const good = await platform.migration('api');
    expect(await good.exited()).toBe(0);
    const told = JSON.stringify([...task.lines, ...good.lines]);
    for (const secret of [RUNTIME_PASSWORD, DB_PASSWORD, 'SCRAM-SHA-256']) expect(told).not.toContain(secret);
  });

  test('stops with 0', async () => {
    const api = await platform.api();
    expect(await api.process.end('SIGTERM')).toBe(0);
  });

  test('stops with 0 beside a request that never arrives', async () => {
    const api = await platform.api({ REQUEST_TIMEOUT_SECONDS: '2' });
    const socket = connect(api.port, '127.0.0.1').on('error', () => {});
    socket.write('POST /orders HTTP/1.1\r\nHost: api\r\nContent-Length: 40\r\n\r\n{"cust');
    // A request that was sent later has been answered, so this one is in progress.
    expect((await api.get('/actuator/health')).status).toBe(200);
    expect(await api.process.end('SIGTERM')).toBe(0);
    expect(api.process.lines.at(-1)?.msg).toBe('stopped');
    socket.destroy();
  });

  test('the worker answers its health check once it polls', async () => {
    const HEALTH_PORT = String(await freePort());
    const worker = await platform.worker({ HEALTH_PORT });
    await worker.line(/^polling$/);
    const health = await fetch(`http://127.0.0.1:${HEALTH_PORT}`);
    expect([health.status, await health.json()]).toEqual([200, { status: 'UP' }]);
  });

  test('gives up on a database that never answers, with a line that says so', async () => {
    const worker = await platform.worker({ DB_PORT: '9', DB_STARTUP_SECONDS: '1' });
    expect(await worker.exited()).toBe(1);
    expect(worker.lines.at(-1)).toMatchObject({
      level: 'fatal',
      msg: expect.stringMatching(/^worker ends: database orders\..*:9 did not answer within 1 s: /),
    });
  });

  test('stops at once while it still waits for the database', async () => {
    const worker = await platform.worker({ DB_PORT: '9' });
    await worker.line(/waiting for the database/);
    expect(await worker.end('SIGTERM')).toBe(0);
  });

  test('does not talk to a database whose certificate it cannot verify', async () => {
    const worker = await platform.worker({ NODE_EXTRA_CA_CERTS: '', DB_STARTUP_SECONDS: '1' });
    expect(await worker.exited()).toBe(1);
    expect(worker.lines.at(-1)?.msg).toMatch(/certificate/);
  });
});
