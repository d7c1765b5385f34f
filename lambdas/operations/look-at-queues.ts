import { type BacklogObservation, isDrained, type QueueCounts, sqsBacklog, total } from '../checks/sqs-backlog.ts';
import type { Clock } from '../shared/clock.ts';
import type { Conclusion } from '../shared/contracts.ts';
import type { OutputsOf, WorkerOutputs } from '../shared/outputs.ts';
import type { ServicesPort } from './look-at-services.ts';
import { WorkerWatch } from './watch-worker.ts';

export interface QueuesPort {
  queueCounts(queueUrl: string): Promise<QueueCounts | undefined>;
}

/** While there are no messages. */
const BETWEEN_ZEROS_MS = 250;
/** The first wait while there are some, which grows: a worker that is well has taken one by then. */
const POLL_MS = 500;
const SLOWEST_POLL_MS = 2_000;
/** Within one invocation, long enough to tell a deaf worker; a backlog that takes longer is waited for by the machine. */
const PATIENCE_MS = 80_000;

export async function lookAtQueues(
  outputs: OutputsOf<'sqs-backlog'> & WorkerOutputs,
  queues: QueuesPort,
  ecs: ServicesPort,
  clock: Clock,
): Promise<Conclusion> {
  const deadLetters = await queues.queueCounts(outputs.order_events_dlq_url);
  const samples: NonNullable<BacklogObservation['queue']> = [];
  const worker = new WorkerWatch(outputs, ecs, clock);
  // Something in the dead-letter queue does not go away by itself: one sample for the record is enough.
  const hopeless = !deadLetters || total(deadLetters) > 0;
  let pollMs = POLL_MS;
  for (const until = clock.now() + PATIENCE_MS; clock.now() < until; ) {
    const counts = await queues.queueCounts(outputs.order_events_queue_url);
    if (!counts) return sqsBacklog(deadLetters ? { deadLetters } : {});
    samples.push({ at: clock.now(), counts });
    if (hopeless || isDrained(samples)) break;
    if (total(counts) === 0) {
      await clock.sleep(BETWEEN_ZEROS_MS);
      continue;
    }
    const why = await worker.whyHopeless(counts);
    if (why) return sqsBacklog({ queue: samples, hopeless: why, ...(deadLetters ? { deadLetters } : {}) });
    await clock.sleep(pollMs);
    pollMs = Math.min(1.5 * pollMs, SLOWEST_POLL_MS);
  }
  return sqsBacklog({ queue: samples, ...(deadLetters ? { deadLetters } : {}) });
}
