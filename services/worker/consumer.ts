import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Disposition, parseOrderId, type QueueMessage } from './message.ts';
import type { Queue } from './queue.ts';

/** The consumer waits for this time after one of its dependencies has failed. */
const PAUSE_MS = 1_000;
/** A long poll without messages takes 20 s. A queue that answers within this time does not wait for messages. */
const SHORT_POLL_MS = 1_000;
const LONGEST_BACK_OFF_MS = 20_000;
/** After a failure that only the database caused, the message returns after this time. */
const RETURN_SECONDS = 2;

export interface ConsumerOptions {
  queue: Queue;
  concurrency: number;
  handle(message: QueueMessage, log: Logger): Promise<Disposition>;
  /** Rejects while handling cannot succeed. It is called after a failure, before more messages are received. */
  ready(): Promise<void>;
  /** The loop calls this function in every round, whatever the result. */
  beat(): void;
  log: Logger;
  pauseMs?: number;
}

/**
 * Polls until `stopping`, handles at most `concurrency` messages at a time, and finishes those. While `ready` rejects,
 * the function receives no message: each receipt brings a message nearer to the dead-letter queue, and the message does
 * not cause the outage.
 */
export async function consume(options: ConsumerOptions, stopping: AbortSignal): Promise<void> {
  const { queue, concurrency, log, pauseMs = PAUSE_MS } = options;
  const inHand = new Set<Promise<void>>();
  let suspect = false;
  let shortPolls = 0;

  const take = (message: QueueMessage) => {
    const work = handleOne(message, options).then((succeeded) => {
      inHand.delete(work);
      if (!succeeded) suspect = true;
    });
    inHand.add(work);
  };

  while (!stopping.aborted) {
    options.beat();
    if (inHand.size >= concurrency) {
      await Promise.race(inHand);
      continue;
    }
    try {
      if (suspect) await options.ready();
      suspect = false;
      const asked = performance.now();
      const messages = await queue.receive(concurrency - inHand.size, stopping);
      for (const message of messages) take(message);
      if (stopping.aborted) break;
      // The line appears once for each long poll, because an idle worker must be distinguishable from one that hangs.
      if (messages.length === 0) log.info('SQS queue empty');
      const isShort = messages.length === 0 && performance.now() - asked < SHORT_POLL_MS;
      shortPolls = isShort ? shortPolls + 1 : 0;
      if (!isShort) continue;
      if (shortPolls === 2) log.warn('the queue answers at once and empty, polling less often');
      await pause(Math.min(pauseMs * 2 ** (shortPolls - 1), LONGEST_BACK_OFF_MS), stopping);
    } catch (error) {
      // An aborted receive may leave a message received and unread. The message returns after its visibility timeout.
      if (stopping.aborted) break;
      log.error({ err: error }, 'cannot take messages, trying again');
      await pause(pauseMs, stopping);
    }
  }
  await Promise.all(inHand);
}

/** Waits, and returns early when the worker stops. */
async function pause(ms: number, stopping: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal: stopping }).catch(() => {});
}

/** @returns whether the message could be handled, whatever the result; never rejects */
async function handleOne(message: QueueMessage, { queue, handle, log }: ConsumerOptions): Promise<boolean> {
  const messageLog = log.child({ correlationId: message.correlationId, messageId: message.id });
  let handled = false;
  let disposition: Disposition = { action: 'retry', delaySeconds: RETURN_SECONDS };
  try {
    disposition = await handle(message, messageLog);
    handled = true;
  } catch (error) {
    messageLog.error({ err: error }, 'message could not be handled');
  }
  try {
    if (disposition.action === 'delete') {
      await queue.delete(message);
      // The line is written only after SQS has confirmed the deletion: the end-to-end check accepts it as the proof,
      // and needs no counts.
      messageLog.info({ orderId: parseOrderId(message.body) }, 'SQS message deleted');
    }
    if (disposition.action === 'retry') await queue.delay(message, disposition.delaySeconds);
  } catch (error) {
    // The message returns after its visibility timeout, and then the order's status shows what remains to be done.
    messageLog.warn({ err: error }, `message could not be ${disposition.action === 'delete' ? 'deleted' : 'delayed'}`);
  }
  return handled;
}
