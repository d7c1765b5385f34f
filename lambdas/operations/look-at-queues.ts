import { type BacklogObservation, isDrained, type QueueCounts, sqsBacklog, total } from '../checks/sqs-backlog.ts';
import type { Clock } from '../shared/clock.ts';
import type { Conclusion, StackOutputs } from '../shared/contracts.ts';

export interface QueuesPort {
  queueCounts(queueUrl: string): Promise<QueueCounts | undefined>;
}

const BETWEEN_SAMPLES_MS = 2_000;
/** Within one invocation; a backlog that takes longer is waited for by the state machine. */
const MAX_SAMPLES = 12;

export async function lookAtQueues(outputs: StackOutputs, queues: QueuesPort, clock: Clock): Promise<Conclusion> {
  const deadLetters = await queues.queueCounts(outputs.order_events_dlq_url);
  const samples: NonNullable<BacklogObservation['queue']> = [];
  // Something in the dead-letter queue does not go away by itself: one sample for the record is enough.
  const hopeless = !deadLetters || total(deadLetters) > 0;
  for (let number = 0; number < MAX_SAMPLES; number += 1) {
    if (number > 0) await clock.sleep(BETWEEN_SAMPLES_MS);
    const counts = await queues.queueCounts(outputs.order_events_queue_url);
    if (!counts) return sqsBacklog(deadLetters ? { deadLetters } : {});
    samples.push({ at: clock.now(), counts });
    if (hopeless || isDrained(samples)) break;
  }
  return sqsBacklog({ queue: samples, ...(deadLetters ? { deadLetters } : {}) });
}
