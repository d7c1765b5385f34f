import { setTimeout as delay } from 'node:timers/promises';
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Lab, startLab } from '../../lab/lab.ts';
import { networkEnvironment } from '../../lab/network/environment.ts';
import { bundle, type ServiceProcess, startService } from './support/order-platform.ts';
import { freePort, TestPostgres } from './support/postgres.ts';

const VISIBILITY_SECONDS = 4;

let lab: Lab;
let database: TestPostgres;
let sqs: SQSClient;
let queueUrl: string;
let bundles: { api: string; worker: string };
const running: ServiceProcess[] = [];

beforeAll(async () => {
  lab = await startLab({ services: [] });
  const { context } = lab;
  database = await TestPostgres.create(context.processes);
  await database.start();
  sqs = new SQSClient(context.client);
  bundles = { api: await bundle(context, 'api'), worker: await bundle(context, 'worker') };
});

afterAll(async () => {
  await database?.remove();
  await lab?.stop();
});

// A queue a test: the emulator goes on with the poll of a worker that has ended, and that would take the next message.
beforeEach(async ({ task }) => {
  queueUrl = (await sqs.send(new CreateQueueCommand({ QueueName: `order-events-${task.id}` }))).QueueUrl ?? '';
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((service) => service.end()));
  await database.start();
});

const common = () => ({
  ...lab.environment,
  DB_HOST: 'localhost',
  DB_PORT: String(database.port),
  DB_NAME: 'postgres',
  DB_USER: 'orders',
  DB_PASSWORD: 'any',
  NODE_EXTRA_CA_CERTS: database.caFile,
  QUEUE_URL: queueUrl,
});

function start(service: 'api' | 'worker', environment: Record<string, string> = {}): ServiceProcess {
  const process = startService(lab.context, bundles[service], { ...common(), ...environment });
  running.push(process);
  return process;
}

const startWorker = (environment: Record<string, string> = {}) =>
  start('worker', {
    VISIBILITY_TIMEOUT_SECONDS: String(VISIBILITY_SECONDS),
    RETRY_BACKOFF_SECONDS: '1',
    ...environment,
  });

async function startApi(environment: Record<string, string> = {}) {
  const port = await freePort();
  const api = start('api', { ...networkEnvironment(lab.context, { 8080: port }), ...environment });
  await api.line(/^Server listening at/);
  const base = `http://127.0.0.1:${port}`;
  const order = async (id: string) => (await fetch(`${base}/orders/${id}`)).json() as Promise<Record<string, unknown>>;
  const post = (amount: number, headers: Record<string, string> = {}) =>
    fetch(`${base}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ customerId: 'test', amount }),
    });
  const place = async (amount: number) => ((await (await post(amount)).json()) as { orderId: string }).orderId;
  const reaches = (id: string, status: string) =>
    vi.waitFor(async () => expect(await order(id)).toMatchObject({ status }), { timeout: 30_000, interval: 50 });
  return { api, base, order, post, place, reaches };
}

async function messages() {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesDelayed',
      ],
    }),
  );
  return Object.values(Attributes ?? {}).reduce((sum, count) => sum + Number(count), 0);
}
const queueIsEmpty = () => vi.waitFor(async () => expect(await messages()).toBe(0), { timeout: 15_000 });

const send = (body: string, correlationId = 'by-hand') =>
  sqs.send(
    new SendMessageCommand({
      QueueUrl: queueUrl,
      MessageBody: body,
      MessageAttributes: { correlationId: { DataType: 'String', StringValue: correlationId } },
    }),
  );

describe('an order', () => {
  it('goes from PENDING to PROCESSED, its correlation id all the way with it', async () => {
    const { api, post, order, reaches } = await startApi();
    const response = await post(123, { 'x-correlation-id': 'trace-42' });
    expect(response.status).toBe(202);
    expect(response.headers.get('x-correlation-id')).toBe('trace-42');
    const { orderId } = (await response.json()) as { orderId: string };
    expect(await order(orderId)).toMatchObject({ id: orderId, status: 'PENDING', retryCount: 0, failureReason: null });
    expect(await api.line(/order event published/)).toMatchObject({ correlationId: 'trace-42', orderId });

    const worker = startWorker();
    await reaches(orderId, 'PROCESSED');
    for (const msg of [/^SQS message received$/, new RegExp(`^Order ${orderId} PROCESSED$`)]) {
      expect(await worker.line(msg)).toMatchObject({
        correlationId: 'trace-42',
        orderId,
        level: 'info',
        service: 'worker',
      });
    }
    const stored = await database.query('SELECT correlation_id FROM orders WHERE id = $1', [orderId]);
    expect(stored).toEqual([{ correlation_id: 'trace-42' }]);
    await queueIsEmpty();
  });

  it('is processed once when its message comes twice', async () => {
    const { place, reaches } = await startApi();
    const [first, second] = [startWorker(), startWorker()];
    const orderId = await place(5);
    await reaches(orderId, 'PROCESSED');
    await send(JSON.stringify({ orderId }), 'again');
    const duplicates = () => first.count(/duplicate message deleted/) + second.count(/duplicate message deleted/);
    await vi.waitFor(() => expect(duplicates()).toBe(1), { timeout: 10_000 });
    await queueIsEmpty();
    expect(first.count(/PROCESSED$/) + second.count(/PROCESSED$/)).toBe(1);
  });

  it('that keeps failing is retried three times, then FAILED with a dead letter', async () => {
    const { base, place, order, reaches } = await startApi();
    const worker = startWorker({ AMOUNT_LIMIT: '50' });
    const orderId = await place(51.5);
    await reaches(orderId, 'FAILED');
    const reason = 'amount 51.5 is over the limit of 50';
    expect(await order(orderId)).toMatchObject({ retryCount: 3, failureReason: reason });
    expect(worker.count(/^SQS message received$/)).toBe(4);
    const deadLetters = (await (await fetch(`${base}/dlq`)).json()) as unknown[];
    const letter = { orderId, customerId: 'test', amount: 51.5, retryCount: 3, failureReason: reason };
    expect(deadLetters).toEqual([expect.objectContaining(letter)]);
    await queueIsEmpty();
  });

  it('is not lost when SQS is away: its event is relayed later', async () => {
    const { api, base, post } = await startApi({ QUEUE_URL: 'http://127.0.0.1:9/123456789012/order-events' });
    const response = await post(7);
    expect(response.status).toBe(202);
    const { orderId } = (await response.json()) as { orderId: string };
    expect(await api.line(/not published, left to the relay/)).toMatchObject({ orderId });
    expect((await fetch(`${base}/actuator/health`)).status).toBe(200);
    await api.end();
    await database.query("UPDATE orders SET publish_attempted_at = now() - interval '1 minute' WHERE id = $1", [
      orderId,
    ]);

    startWorker();
    const next = await startApi();
    await next.reaches(orderId, 'PROCESSED');
  });
});

describe('the worker', () => {
  it('leaves a malformed message to the redrive policy', async () => {
    const worker = startWorker();
    await send('not an order');
    await worker.line(/malformed message/);
    expect(await messages()).toBe(1);
  });

  it('finishes the message in hand on SIGTERM and takes no more', async () => {
    const { place, order } = await startApi();
    const orderId = await place(1);
    const lock = await database.connect();
    await lock.query('BEGIN');
    await lock.query('SELECT 1 FROM orders WHERE id = $1 FOR UPDATE', [orderId]);
    const worker = startWorker();
    await worker.line(/^SQS message received$/);
    const ended = worker.end('SIGTERM');
    await worker.line(/^stopping$/);
    await lock.query('ROLLBACK');
    await lock.end();
    expect(await ended).toBe(0);
    expect(await order(orderId)).toMatchObject({ status: 'PROCESSED' });
    await queueIsEmpty();
  });

  it('that is killed leaves an order which the next one takes over', async () => {
    const { place, reaches } = await startApi();
    const orderId = await place(1);
    const doomed = startWorker();
    const lock = await database.connect();
    await lock.query('BEGIN');
    await lock.query('SELECT 1 FROM orders WHERE id = $1 FOR UPDATE', [orderId]);
    await doomed.line(/^SQS message received$/);
    await doomed.end('SIGKILL');
    await lock.query('ROLLBACK');
    await lock.query(
      `UPDATE orders SET status = 'PROCESSING', claim = gen_random_uuid(), claimed_until = now() + interval '1 second'
        WHERE id = $1`,
      [orderId],
    );
    await lock.end();
    startWorker();
    await reaches(orderId, 'PROCESSED');
  });
});

describe('the database going away', () => {
  it('shows as DOWN, costs no order a retry, and both services recover', async () => {
    const { base, post, place, order, reaches } = await startApi();
    const worker = startWorker();
    const orderId = await place(1);
    await reaches(orderId, 'PROCESSED');
    await database.stop();

    const started = performance.now();
    const health = await fetch(`${base}/actuator/health`);
    expect([health.status, await health.json()]).toEqual([503, expect.objectContaining({ status: 'DOWN' })]);
    expect(performance.now() - started).toBeLessThan(3_000);
    expect((await post(1)).status).toBe(503);
    await send(JSON.stringify({ orderId }), 'during-the-outage');
    await worker.line(/message could not be handled/);
    await worker.line(/cannot take messages/);
    // A poll that was under way when the first attempt failed may bring the message once more, but no other does.
    await delay(3_000);
    expect(worker.count(/^SQS message received$/)).toBeLessThanOrEqual(3);

    await database.start();
    await vi.waitFor(async () => expect((await fetch(`${base}/actuator/health`)).status).toBe(200), { timeout: 5_000 });
    await worker.line(/duplicate message deleted/);
    const next = await place(2);
    await reaches(next, 'PROCESSED');
    expect(await order(next)).toMatchObject({ retryCount: 0 });
  });
});

describe('start and stop', () => {
  it('two tasks that start at once migrate once', async () => {
    await database.query('DROP SCHEMA public CASCADE');
    await database.query('CREATE SCHEMA public');
    const services = [startWorker(), startWorker(), startWorker()];
    const lines = await Promise.all(services.map((service) => service.line(/schema is up to date/)));
    const applied = lines.flatMap((line) => line.applied as string[]);
    expect(applied).toEqual(['001-orders', '002-dead-letter-orders']);
  });

  it('starts quickly and stops with 0', async () => {
    const started = performance.now();
    const { api } = await startApi();
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(await api.end('SIGTERM')).toBe(0);
  });

  it('gives up on a database that never answers, with a line that says so', async () => {
    const worker = startWorker({ DB_PORT: '9', DB_STARTUP_SECONDS: '1' });
    expect(await worker.exited()).toBe(1);
    expect(worker.lines.at(-1)).toMatchObject({
      level: 'fatal',
      msg: expect.stringContaining('database localhost:9 did not answer within 1 s'),
    });
  });

  it('stops at once while it still waits for the database', async () => {
    const worker = startWorker({ DB_PORT: '9' });
    await worker.line(/waiting for the database/);
    expect(await worker.end('SIGTERM')).toBe(0);
  });

  it('does not talk to a database whose certificate it cannot verify', async () => {
    const worker = startWorker({ NODE_EXTRA_CA_CERTS: '', DB_STARTUP_SECONDS: '1' });
    expect(await worker.exited()).toBe(1);
    expect(worker.lines.at(-1)?.msg).toMatch(/self-signed certificate/);
  });
});
