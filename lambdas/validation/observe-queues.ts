import type { Conclusion } from '../contracts/contracts.ts';
import type { OutputsOf, WorkerOutputs } from '../contracts/outputs.ts';
import type { Clock } from '../runtime/clock.ts';
import { type QueueCounts, type Sample, settledBy, sqsBacklog, total } from './checks/sqs-backlog.ts';
import { ConsumerMonitor } from './consumer-health.ts';
import type { ServicesPort } from './observe-services.ts';

export interface QueuesPort {
  queueCounts(queueUrl: string): Promise<QueueCounts | undefined>;
}

const BETWEEN_SAMPLES_MS = 250;
/** While messages wait, the time between samples increases to this. */
const SLOWEST_MS = 2_000;
/** A healthy worker has received its messages by then, and ECS is not asked. */
const PROMPT_MS = 3_000;
/**
 * The time is for one invocation, and is long enough to detect that a worker is not consuming. The machine waits for a
 * backlog that takes longer.
 */
const PATIENCE_MS = 80_000;

export async function observeQueues(
  outputs: OutputsOf<'sqs-backlog'> & WorkerOutputs,
  queues: QueuesPort,
  ecs: ServicesPort,
  clock: Clock,
): Promise<Conclusion> {
  const samples: Sample[] = [];
  const worker = new ConsumerMonitor(outputs, ecs, clock);
  const started = clock.now();
  let waitMs = BETWEEN_SAMPLES_MS;
  for (;;) {
    const at = clock.now();
    // Each sample reads both queues: an empty dead-letter queue also needs more than one server's response.
    const [counts, deadLetters] = await Promise.all([
      queues.queueCounts(outputs.order_events_queue_url),
      queues.queueCounts(outputs.order_events_dlq_url),
    ]);
    if (counts) samples.push({ at, counts });
    const seen = { ...(counts ? { queue: samples } : {}), ...(deadLetters ? { deadLetters } : {}) };
    // A message in the dead-letter queue does not disappear by itself.
    const lost = !counts || !deadLetters || total(deadLetters) > 0;
    if (lost || settledBy(samples) || at - started >= PATIENCE_MS) return sqsBacklog(seen);
    const busy = total(counts) > 0;
    const stuck = busy && at - started > PROMPT_MS ? await worker.reasonStuck(counts) : undefined;
    if (stuck) return sqsBacklog({ ...seen, stuck });
    await clock.sleep(Math.max(0, at + (busy ? waitMs : BETWEEN_SAMPLES_MS) - clock.now()));
    waitMs = busy ? Math.min(1.5 * waitMs, SLOWEST_MS) : BETWEEN_SAMPLES_MS;
  }
}
