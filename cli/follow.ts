import { setTimeout as delay } from 'node:timers/promises';
import { GetExecutionHistoryCommand, type HistoryEvent, type SFNClient } from '@aws-sdk/client-sfn';
import { Timeline } from './timeline.ts';
import type { TimelineEvent } from './timeline-event.ts';

export interface FollowOptions {
  /**
   * This is the interval between two reads, in milliseconds. AWS permits about 20 reads of histories a second for an
   * account, for all callers together.
   */
  intervalMs?: number;
  /** The signal ends the following, not the execution. */
  signal?: AbortSignal;
}

/**
 * The following ends after this many consecutive failures. Some failures are expected, for example when a laptop
 * changes its network.
 */
const TOLERATED_FAILURES = 10;
const PAGE_SIZE = 100;

/**
 * Follows an execution, and the executions that its states start and wait for, until it has ended. The events are in
 * the order of time. The last event is the end of the execution itself. The function needs states:GetExecutionHistory.
 * @throws the SDK's error when a history cannot be read
 */
export async function* follow(
  client: SFNClient,
  executionArn: string,
  { intervalMs = 1_000, signal }: FollowOptions = {},
): AsyncGenerator<TimelineEvent, void> {
  const readers = [new HistoryReader(client, executionArn)];
  const root = readers[0];
  let failures = 0;
  while (root && !signal?.aborted) {
    const news: TimelineEvent[] = [];
    try {
      // An execution that is found during a round is added to the end of the list, and so is read in the same round.
      for (const reader of readers) {
        if (reader.timeline.end && reader !== root) continue;
        const events = reader.timeline.apply(await reader.read());
        news.push(...events);
        for (const { child } of events) {
          const isNew = child && readers.every(({ timeline }) => timeline.execution.arn !== child);
          if (isNew) readers.push(new HistoryReader(client, child));
        }
      }
      failures = 0;
    } catch (error) {
      failures += 1;
      if (!isTransient(error) || failures > TOLERATED_FAILURES) throw error;
    }
    yield* news.sort((a, b) => a.at.getTime() - b.at.getTime());
    if (root.timeline.end) return;
    await delay(intervalMs, undefined, signal ? { signal } : {}).catch(() => {});
  }
}

/** Reads the new events of a history, backwards from its end, so that a long history is not read repeatedly. */
class HistoryReader {
  readonly timeline: Timeline;
  readonly #client: SFNClient;
  #lastId = 0;

  constructor(client: SFNClient, arn: string) {
    this.#client = client;
    this.timeline = new Timeline(arn);
  }

  async read(): Promise<HistoryEvent[]> {
    const fresh = new Map<number, HistoryEvent>();
    let nextToken: string | undefined;
    do {
      const page = await this.#client.send(
        new GetExecutionHistoryCommand({
          executionArn: this.timeline.execution.arn,
          reverseOrder: true,
          maxResults: PAGE_SIZE,
          nextToken,
        }),
      );
      const events = page.events ?? [];
      for (const event of events) if (event.id && event.id > this.#lastId) fresh.set(event.id, event);
      const oldest = events.at(-1)?.id ?? 0;
      nextToken = oldest > this.#lastId + 1 ? page.nextToken : undefined;
    } while (nextToken);
    // Events out of sequence wait, because the history is eventually consistent, and only its order gives it a meaning.
    const events: HistoryEvent[] = [];
    for (let event = fresh.get(this.#lastId + 1); event; event = fresh.get(this.#lastId + 1)) {
      events.push(event);
      this.#lastId += 1;
    }
    return events;
  }
}

/**
 * Reports whether an error is temporary. Network errors and throttling are, and a new execution may not be visible at
 * once; a refusal is permanent.
 */
function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const fault = '$fault' in error ? error.$fault : undefined;
  return fault !== 'client' || /Throttl|TooManyRequests|ExecutionDoesNotExist/.test(error.name);
}
