import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import type { ClientConfig } from './context.ts';

/** CloudWatch Logs refuses more than this number in one PutLogEvents. */
const MAX_BATCH_EVENTS = 10_000;
const MAX_BATCH_BYTES = 1_048_576;
const EVENT_OVERHEAD_BYTES = 26;
const MAX_EVENT_BYTES = 262_144 - EVENT_OVERHEAD_BYTES;
/** Events wait for this time, so that several are sent together. */
const LINGER_MS = 100;

export interface LogWriterOptions {
  /** The client signs as the role of what writes the log. */
  client: ClientConfig;
  group: string;
  stream: string;
  /**
   * The value is true to create the log group when it is missing, as Lambda and CodeBuild do. The awslogs driver of ECS
   * does so only with `awslogs-create-group`: without it, create() rejects and the lines are dropped.
   */
  createGroup: boolean;
  /** The function is called once per failure to deliver, which otherwise must not disturb what is logged. */
  onError?(error: Error): void;
}

interface Event {
  timestamp: number;
  message: string;
}

/** Writes lines to one log stream of CloudWatch Logs, in order and in batches, without making the writer wait. */
export class LogWriter {
  readonly #options: LogWriterOptions;
  readonly #client: CloudWatchLogsClient;
  #pending: Event[] = [];
  #timer: NodeJS.Timeout | undefined;
  #delivery: Promise<void> = Promise.resolve();
  #created = false;

  constructor(options: LogWriterOptions) {
    this.#options = options;
    this.#client = clientFor(options.client);
  }

  /** @param timestamp milliseconds since the epoch */
  write(message: string, timestamp = Date.now()): void {
    // CloudWatch Logs refuses an empty message.
    this.#pending.push({ timestamp, message: message === '' ? ' ' : message });
    this.#timer ??= setTimeout(() => void this.flush(), LINGER_MS);
  }

  /** Creates group and stream now, so that they exist even before the first line. Rejects when that is impossible. */
  async create(): Promise<void> {
    if (this.#created) return;
    const { group, stream, createGroup } = this.#options;
    const createStream = () =>
      ignoreExisting(this.#client.send(new CreateLogStreamCommand({ logGroupName: group, logStreamName: stream })));
    try {
      await createStream();
    } catch (error) {
      if (!createGroup || !(error instanceof ResourceNotFoundException)) throw error;
      await ignoreExisting(this.#client.send(new CreateLogGroupCommand({ logGroupName: group })));
      await createStream();
    }
    this.#created = true;
  }

  /** Resolves when everything written so far is delivered, or was given up. The promise never rejects. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const events = this.#pending;
    this.#pending = [];
    if (events.length > 0) {
      this.#delivery = this.#delivery
        .then(() => this.#deliver(events))
        .catch((error: Error) => {
          this.#options.onError?.(error);
        });
    }
    return this.#delivery;
  }

  async #deliver(events: Event[]): Promise<void> {
    for (const logEvents of batches(events)) {
      const put = () =>
        this.#client.send(
          new PutLogEventsCommand({
            logGroupName: this.#options.group,
            logStreamName: this.#options.stream,
            logEvents,
          }),
        );
      await this.create();
      try {
        await put();
      } catch (error) {
        // The group was deleted while its owner still runs: AWS creates it anew, and so does the lab.
        if (!(error instanceof ResourceNotFoundException)) throw error;
        this.#created = false;
        await this.create();
        await put();
      }
    }
  }
}

function* batches(events: Event[]): Generator<Event[]> {
  let batch: Event[] = [];
  let size = 0;
  for (const event of events) {
    const bytes = Buffer.byteLength(event.message);
    const message = bytes > MAX_EVENT_BYTES ? event.message.slice(0, MAX_EVENT_BYTES / 4) : event.message;
    const cost = Math.min(bytes, MAX_EVENT_BYTES) + EVENT_OVERHEAD_BYTES;
    if (batch.length === MAX_BATCH_EVENTS || size + cost > MAX_BATCH_BYTES) {
      yield batch;
      batch = [];
      size = 0;
    }
    batch.push({ ...event, message });
    size += cost;
  }
  if (batch.length > 0) yield batch;
}

async function ignoreExisting(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof ResourceAlreadyExistsException)) throw error;
  }
}

const clients = new Map<string, CloudWatchLogsClient>();

/** Streams are many and short-lived; the connections behind them are shared. */
function clientFor(config: ClientConfig): CloudWatchLogsClient {
  const key = `${config.endpoint} ${config.credentials.accessKeyId}`;
  let client = clients.get(key);
  if (!client) {
    client = new CloudWatchLogsClient(config);
    clients.set(key, client);
  }
  return client;
}
