import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import * as z from 'zod';
import { idempotencyKey, type OrderStore, type Outbox, orderRequest, type Publish } from './orders.ts';
import { publishEvent } from './outbox.ts';
import { onError, sendProblem } from './problem.ts';

const CORRELATION_ID = 'x-correlation-id';
const IDEMPOTENCY_KEY = 'idempotency-key';

export interface AppDependencies {
  store: OrderStore;
  outbox: Outbox;
  publish: Publish;
  log: FastifyBaseLogger;
  /** A request that has not arrived completely after this time gets the response 408. */
  requestTimeoutMs: number;
  /** Reads the bearer token of the routes for operators. Without it, these routes do not exist. */
  operatorToken?: (() => Promise<string>) | undefined;
}

/**
 * Creates the HTTP interface, which validates requests and chooses status codes. The correlation id is fastify's
 * request id.
 */
export function createApp(dependencies: AppDependencies): FastifyInstance {
  const { store, outbox, publish, log, requestTimeoutMs, operatorToken } = dependencies;
  const app = Fastify({
    loggerInstance: log,
    bodyLimit: 16 * 1_024,
    requestTimeout: requestTimeoutMs,
    // Node checks for late requests at this interval. Its default of 30 s would raise any shorter limit to 30 s.
    http: { headersTimeout: requestTimeoutMs, connectionsCheckingInterval: Math.min(1_000, requestTimeoutMs) },
    genReqId: correlationIdOf,
    logController: new LogController({ requestIdLogLabel: 'correlationId' }),
  });
  app.setErrorHandler(onError);
  app.setNotFoundHandler((request, reply) => sendProblem(reply, 404, `no route ${request.method} ${request.url}`));
  app.addHook('onRequest', async (request, reply) => {
    reply.header(CORRELATION_ID, request.id);
  });

  app.post('/orders', async (request, reply) => {
    const body = orderRequest.safeParse(request.body);
    if (!body.success) return sendProblem(reply, 400, z.prettifyError(body.error));
    const key = idempotencyKey.optional().safeParse(request.headers[IDEMPOTENCY_KEY]);
    if (!key.success) return sendProblem(reply, 400, `${IDEMPOTENCY_KEY}: ${z.prettifyError(key.error)}`);
    const correlationId = request.id;
    const order = await store.create({ id: randomUUID(), ...body.data, correlationId, idempotencyKey: key.data });
    if (!order.isNew && order.amount !== body.data.amount) {
      const detail = `${IDEMPOTENCY_KEY} ${key.data} was used for another order: choose a new key for a new order`;
      return sendProblem(reply, 422, detail);
    }
    // The relay publishes what the first request could not publish, so a repeated request publishes nothing.
    if (order.isNew) await publishEvent({ orderId: order.id, correlationId }, publish, outbox, request.log);
    return reply.code(202).header('location', `/orders/${order.id}`).send({ orderId: order.id });
  });

  app.get<{ Params: { id: string } }>('/orders/:id', async (request, reply) => {
    const { id } = request.params;
    // A text that is not a UUID names no order, and PostgreSQL would refuse to compare it.
    const order = z.uuid().safeParse(id).success ? await store.find(id) : undefined;
    return order ?? sendProblem(reply, 404, `no order ${id}`);
  });

  // Dead letters contain the ids of customers, and the load balancer is on the internet.
  if (operatorToken) {
    app.get('/dlq', async (request, reply) => {
      const isOperator = isBearer(request.headers.authorization, await operatorToken());
      if (isOperator) return store.deadLetters();
      return sendProblem(
        reply.header('www-authenticate', 'Bearer'),
        401,
        'this route needs the token of the operators',
      );
    });
  }

  // The load balancer sends a request every few seconds; only failures are logged.
  app.get('/actuator/health', { logLevel: 'warn' }, async (request, reply) => {
    try {
      await store.ping();
      return { status: 'UP' };
    } catch (error) {
      request.log.warn({ err: error }, 'health: DOWN');
      return reply.code(503).send({ status: 'DOWN', reason: 'the database does not answer' });
    }
  });

  return app;
}

/** Compares digests, so that the duration reveals neither the length of the token nor how much of it is correct. */
function isBearer(authorization: string | undefined, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(authorization ?? ''), digest(`Bearer ${token}`));
}

/** Returns the caller's id if it is suitable for a log line and a message attribute, or else a new one. */
function correlationIdOf(request: IncomingMessage): string {
  const given = request.headers[CORRELATION_ID];
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
}
