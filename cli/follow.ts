import { setTimeout as delay } from 'node:timers/promises';
import { GetExecutionHistoryCommand, type HistoryEvent, type SFNClient } from '@aws-sdk/client-sfn';
import { Timeline } from './timeline.ts';
import type { TimelineEvent } from './timeline-event.ts';

export interface FollowOptions {
  /** Between two looks. AWS lets an account read a history about 20 times a second, whoever asks. */
  intervalMs?: number;
  /** Ends the following, not the execution. */
  signal?: AbortSignal;
}

/** So many looks in a row may fail before the following gives up: a laptop that moves between networks, say. */
const TOLERATED_FAILURES = 10;
const PAGE_SIZE = 100;

/**
 * Follows an execution, and the executions that its states start and wait for, until it has ended; yields what happens
 * in the order of time. The last event is the end of the execution itself. Needs states:GetExecutionHistory.
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
      // An execution found on the way is at the end of the list, and so is read in this very round.
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

/** Reads what is new in a history: backwards from its end, so that a long history is not read over and over. */
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
    // What is out of sequence waits: the history is eventually consistent, and its order is what makes sense of it.
    const events: HistoryEvent[] = [];
    for (let event = fresh.get(this.#lastId + 1); event; event = fresh.get(this.#lastId + 1)) {
      events.push(event);
      this.#lastId += 1;
    }
    return events;
  }
}

/** Networks and throttling pass, and a new execution may not be visible at once; a refusal stays. */
function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const fault = '$fault' in error ? error.$fault : undefined;
  return fault !== 'client' || /Throttl|TooManyRequests|ExecutionDoesNotExist/.test(error.name);
}
