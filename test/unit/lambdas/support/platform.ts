import type { HttpObservation } from '../../../../lambdas/validation/checks/alb-health.ts';
import type { EcsService } from '../../../../lambdas/validation/checks/ecs-services.ts';
import type { LogLine } from '../../../../lambdas/validation/checks/worker-logs.ts';
import type { OrderPorts } from '../../../../lambdas/validation/trace-orders.ts';
import { aService, fakeClock, outputs } from './fixtures.ts';

export interface PlatformOptions {
  /** The order has one of these statuses at each read. The last one stays. */
  statuses?: string[];
  failureReason?: string;
  post?: HttpObservation;
  /** The worker's lines with these names never appear. */
  silent?: ('received' | 'processed' | 'published' | 'deleted')[];
  /** SQS did not delete the message, and the worker's line reports that. */
  undeleted?: boolean;
  /** `POST /orders` takes this long, in milliseconds. */
  answersAfter?: number;
  /** Each step has its own timestamp, in milliseconds after the order was sent. */
  times?: {
    created?: number;
    updated?: number;
    published?: number;
    received?: number;
    processed?: number;
    deleted?: number;
  };
  /** Lines with these correlation ids never appear in a log. */
  silentAbout?: RegExp;
  /** The queue has one of these numbers of messages at each read. The last one stays. */
  queue?: number[];
  deadLetters?: number[];
  loadBalancer?: string[];
  /** The worker's service differs from a steady one in these members. */
  worker?: Partial<EcsService>;
}

/** Returns an order platform that behaves according to the options. */
export function fakePlatform(options: PlatformOptions = {}): { ports: OrderPorts; posted: string[] } {
  const { statuses = ['PENDING', 'PROCESSING', 'PROCESSED'], silent = [], queue = [0], deadLetters = [0] } = options;
  const clock = fakeClock();
  const posted: string[] = [];
  const reads = { status: 0, queue: 0, dead: 0 };
  const next = <T>(list: readonly T[], key: keyof typeof reads): T =>
    list[Math.min(reads[key]++, list.length - 1)] as T;
  const answer = (status: number, body: unknown): HttpObservation => ({
    kind: 'answer',
    status,
    body: JSON.stringify(body),
    address: '203.0.113.1',
    ms: 1,
  });

  const begun = clock.now();
  const own = (name: keyof NonNullable<typeof options.times>): number | undefined => {
    const ms = options.times?.[name];
    return ms === undefined ? undefined : begun + ms;
  };

  const http: OrderPorts['http'] = async ({ method, path, headers, host }) => {
    if (host !== outputs.alb_dns_name) throw new Error(`no such host: ${host}`);
    if (method === 'POST') {
      posted.push(headers?.['x-correlation-id'] ?? '');
      const orderId = `o-${posted.length}`;
      await clock.sleep(options.answersAfter ?? 0);
      return options.post ?? answer(202, { orderId });
    }
    const id = path.slice('/orders/'.length);
    const { failureReason = null } = options;
    const iso = (name: keyof NonNullable<typeof options.times>) => {
      const at = own(name);
      return at === undefined ? undefined : new Date(at).toISOString();
    };
    const status = next(statuses, 'status');
    return answer(200, {
      id,
      status,
      retryCount: 0,
      failureReason,
      createdAt: iso('created'),
      updatedAt: iso('updated'),
    });
  };

  const lines = (group: string): LogLine[] => {
    const say = (name: (typeof silent)[number], message: string, correlationId: string) =>
      silent.includes(name) || options.silentAbout?.test(correlationId)
        ? []
        : [{ at: own(name) ?? clock.now(), stream: 's', message: `${message} ${correlationId}` }];
    return posted.flatMap((id, index) =>
      group === outputs.log_group_api
        ? say('published', 'order event published', id)
        : [
            ...say('received', 'SQS message received', id),
            ...say('processed', `Order o-${index + 1} PROCESSED`, id),
            ...say('deleted', options.undeleted ? 'message could not be deleted' : 'SQS message deleted', id),
          ],
    );
  };

  return {
    posted,
    ports: {
      http,
      loadBalancer: { loadBalancerNames: async () => options.loadBalancer ?? [outputs.alb_dns_name] },
      // The logs return every line, whatever the query, like an emulator without filter patterns.
      logs: { findLines: async ({ group }) => ({ lines: lines(group), incomplete: false, pages: 1 }) },
      queues: {
        queueCounts: async (url) => ({
          visible: url === outputs.order_events_dlq_url ? next(deadLetters, 'dead') : next(queue, 'queue'),
          inFlight: 0,
          delayed: 0,
        }),
      },
      ecs: { describeServices: async (_cluster, [name = '']) => [aService(name, options.worker)] },
      clock,
    },
  };
}
