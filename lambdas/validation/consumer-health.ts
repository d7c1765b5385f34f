import type { WorkerOutputs } from '../contracts/outputs.ts';
import type { Clock } from '../runtime/clock.ts';
import { type EcsService, ecsServices } from './checks/ecs-services.ts';
import { type QueueCounts, total } from './checks/sqs-backlog.ts';
import type { ServicesPort } from './observe-services.ts';

/** The time applies to a service that fails its check: no task of it runs this long, and the queue does not shrink. */
const FAILED_MS = 10_000;
/**
 * The time applies to running tasks. A poll returns at once when there is a message, but SQS may take a minute to count
 * it correctly.
 */
const NOT_CONSUMING_MS = 60_000;

/**
 * The monitor determines whether the worker may still process waiting messages, so that a check does not wait in vain.
 */
export class ConsumerMonitor {
  readonly #outputs: WorkerOutputs;
  readonly #ecs: ServicesPort;
  readonly #clock: Clock;
  #last: { total: number; tasks: string } | undefined;
  /** The queue has not shrunk since this time. */
  #standing = 0;
  /** Since this time, messages wait and none is in flight. */
  #ignored = 0;
  /** Since this time, the same tasks run and no others are starting. */
  #settled = 0;

  constructor(outputs: WorkerOutputs, ecs: ServicesPort, clock: Clock) {
    this.#outputs = outputs;
    this.#ecs = ecs;
    this.#clock = clock;
  }

  /** @returns why no worker will process the messages, as soon as that is certain */
  async reasonStuck(queue: QueueCounts): Promise<string | undefined> {
    const { ecs_cluster_name: cluster, worker_service_name: name } = this.#outputs;
    if (!cluster || !name) return undefined;
    const [service] = await this.#ecs.describeServices(cluster, [name]);
    if (!service) return undefined;
    const now = this.#clock.now();
    const { status, observed } = ecsServices([service], now);
    const tasks = service.runningTasks
      .map(({ task }) => task)
      .sort()
      .join();

    const steady = status === 'passed' || status === 'failed';
    if (!steady || tasks === '' || tasks !== this.#last?.tasks) this.#settled = now;
    if (queue.visible === 0 || queue.inFlight > 0) this.#ignored = now;
    if (!this.#last || total(queue) < this.#last.total) this.#standing = this.#ignored = now;
    this.#last = { total: total(queue), tasks };

    const alive = now - this.#settled;
    if (status === 'failed' && alive < FAILED_MS && now - this.#standing >= FAILED_MS) return observed;
    const ms = Math.min(alive, now - this.#ignored);
    return ms >= NOT_CONSUMING_MS ? notConsuming(service, ms) : undefined;
  }
}

function notConsuming({ name, running }: EcsService, ms: number): string {
  return `${name}: runs ${running} task(s), and has taken no message in ${Math.round(ms / 1_000)} s`;
}
