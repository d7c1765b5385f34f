import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import type { LabContext } from '../context.ts';
import type { Execution } from './execution.ts';
import { type RecordedEvent, withoutInputAndOutput } from './history.ts';
import { logGroupOf } from './machines.ts';

/**
 * The expression matches the events of the level ERROR, as recorded on AWS: the entry of a Fail state is one of them.
 */
const FAILURE = /(Failed|TimedOut|Aborted)$|^FailStateEntered$/;
const LEVELS: Record<string, RegExp> = { ALL: /./, ERROR: FAILURE, FATAL: /^Execution(Failed|TimedOut|Aborted)$/ };
/** Events come in bursts; those of this number of milliseconds are sent together. */
const BATCH_MS = 500;

interface Line {
  timestamp: number;
  message: string;
}

/** Sends the history of executions to the log group of their machine, as its logging configuration defines it. */
export class ExecutionLogs {
  readonly #context: LabContext;
  readonly #client: CloudWatchLogsClient;
  readonly #pending = new Map<string, Line[]>();
  readonly #streams = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(context: LabContext) {
    this.#context = context;
    this.#client = new CloudWatchLogsClient(context.client);
  }

  record(execution: Execution, event: RecordedEvent): void {
    const { arn, revision } = execution.identity;
    const { level = 'OFF', includeExecutionData, destinations } = revision.logging;
    const destination = destinations?.[0]?.cloudWatchLogsLogGroup?.logGroupArn;
    const group = destination && logGroupOf(destination);
    if (!group || !LEVELS[level]?.test(event.type ?? '')) return;
    const { id, type, timestamp, previousEventId, ...details } = includeExecutionData
      ? event
      : withoutInputAndOutput(event);
    const line = {
      id: String(id),
      type,
      details: Object.values(details)[0] ?? {},
      previous_event_id: String(previousEventId),
      event_timestamp: String(Math.round(timestamp * 1000)),
      execution_arn: arn,
      redrive_count: String(execution.redriveCount),
    };
    const lines = this.#pending.get(group) ?? [];
    lines.push({ timestamp: Math.round(timestamp * 1000), message: JSON.stringify(line) });
    this.#pending.set(group, lines);
    this.#timer ??= setTimeout(() => void this.#flush(), BATCH_MS);
  }

  async groupExists(logGroupNamePrefix: string): Promise<boolean> {
    const { logGroups = [] } = await this.#client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix }));
    return logGroups.some(({ logGroupName }) => logGroupName === logGroupNamePrefix);
  }

  async stop(): Promise<void> {
    await this.#flush();
    this.#client.destroy();
  }

  async #flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batches = [...this.#pending];
    this.#pending.clear();
    for (const [group, lines] of batches) {
      await this.#put(group, lines).catch((error: Error) =>
        this.#context.log(`states: logs to ${group}: ${error.message}`),
      );
    }
  }

  async #put(logGroupName: string, logEvents: Line[]): Promise<void> {
    const logStreamName = `states/${logGroupName.split('/').at(-1)}/${new Date().toISOString().slice(0, 10)}`;
    const stream = { logGroupName, logStreamName };
    if (!this.#streams.has(logGroupName)) {
      this.#streams.add(logGroupName);
      await this.#client.send(new CreateLogStreamCommand(stream)).catch((error: Error) => {
        if (error.name !== 'ResourceAlreadyExistsException') throw error;
      });
    }
    await this.#client.send(new PutLogEventsCommand({ ...stream, logEvents }));
  }
}
