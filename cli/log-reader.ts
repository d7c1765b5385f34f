import {
  type CloudWatchLogsClient,
  FilterLogEventsCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import { UnexpectedResponseError } from '../lambdas/runtime/unexpected-response.ts';

/** Where lines are, as FilterLogEvents takes it. */
export interface LogSource {
  group: string;
  /** All streams of the group by default. */
  stream?: string | undefined;
  pattern?: string | undefined;
}

export interface LogLine {
  /** Milliseconds since the epoch. */
  at: number;
  message: string;
}

/** Lines of the last half minute are asked for again: CloudWatch does not show them in the order in which they happened. */
const OVERLAP_MS = 30_000;
/** A page may be empty while there are more: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
const MOST_PAGES = 200;

/** Reads what is new in a log, look by look, and each line once. */
export class LogReader {
  readonly #client: CloudWatchLogsClient;
  readonly #source: LogSource;
  #since: number;
  /** Ids of the lines of the overlap. */
  #seen = new Map<string, number>();
  /** Whether the last look ended before the log did. */
  isCut = false;

  constructor(client: CloudWatchLogsClient, source: LogSource, since: number) {
    this.#client = client;
    this.#source = source;
    this.#since = since;
  }

  /** Pages of new lines. A log that is not there yet has none: its writer makes it. @throws the SDK's error */
  async *read(): AsyncGenerator<LogLine[]> {
    let nextToken: string | undefined;
    let latest = 0;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const answer = await this.#page(nextToken);
      if (!answer) return;
      if (!answer.events) throw new UnexpectedResponseError(`the events of ${this.#source.group} are not listed`);
      const lines: LogLine[] = [];
      for (const { eventId = '', timestamp = 0, message = '' } of answer.events) {
        latest = Math.max(latest, timestamp);
        if (this.#seen.has(eventId)) continue;
        this.#seen.set(eventId, timestamp);
        lines.push({ at: timestamp, message: message.replace(/\r?\n$/, '') });
      }
      // A page has one stream after the other where several were written to at once.
      yield lines.sort((one, other) => one.at - other.at);
      nextToken = answer.nextToken;
      if (!nextToken) break;
    }
    this.isCut = Boolean(nextToken);
    if (latest - OVERLAP_MS > this.#since) this.#since = latest - OVERLAP_MS;
    for (const [id, at] of this.#seen) if (at < this.#since) this.#seen.delete(id);
  }

  async #page(nextToken: string | undefined) {
    const { group, stream, pattern } = this.#source;
    try {
      return await this.#client.send(
        new FilterLogEventsCommand({
          logGroupName: group,
          ...(stream ? { logStreamNames: [stream] } : {}),
          ...(pattern ? { filterPattern: pattern } : {}),
          startTime: this.#since,
          nextToken,
        }),
      );
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }
}
