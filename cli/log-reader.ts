import {
  type CloudWatchLogsClient,
  FilterLogEventsCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import { UnexpectedResponseError } from '../lambdas/runtime/unexpected-response.ts';

/** The source identifies log lines with the parameters of FilterLogEvents. */
export interface LogSource {
  group: string;
  /** The default is all streams of the group. */
  stream?: string | undefined;
  pattern?: string | undefined;
}

export interface LogLine {
  /** The time is in milliseconds since the epoch. */
  at: number;
  message: string;
}

/**
 * The lines of the last half minute are requested again, because CloudWatch does not return them in their order of
 * time.
 */
const OVERLAP_MS = 30_000;
/**
 * A page may be empty although there are more:
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
 */
const MOST_PAGES = 200;

/** Reads the new lines of a log repeatedly, and each line once. */
export class LogReader {
  readonly #client: CloudWatchLogsClient;
  readonly #source: LogSource;
  #since: number;
  /** The keys are the ids of the lines in the overlap. */
  #seen = new Map<string, number>();
  /** The value is true when the last read ended before the end of the log. */
  isCut = false;
  /** The value is true when the group did not exist at the last read. */
  isMissing = false;

  constructor(client: CloudWatchLogsClient, source: LogSource, since: number) {
    this.#client = client;
    this.#source = source;
    this.#since = since;
  }

  /**
   * Yields pages of new lines. A log that does not exist yet has none, because its writer creates it. @throws the SDK's
   * error
   */
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
      this.isMissing = false;
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
      if (!(error instanceof ResourceNotFoundException)) throw error;
      this.isMissing = true;
      return undefined;
    }
  }
}
