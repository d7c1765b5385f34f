import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  type FilteredLogEvent,
  FilterLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { UnexpectedResponseError } from '../runtime/unexpected-response.ts';
import type { LogLine } from '../validation/checks/worker-logs.ts';
import { clientConfig } from './client-config.ts';
import { eachItem, pages } from './pages.ts';
import { textOf } from './responses.ts';

const logs = new CloudWatchLogsClient(clientConfig);

export interface LogQuery {
  group: string;
  /** Both `since` and `until` are in milliseconds since the epoch, and are included in the search. */
  since: number;
  until?: number;
  /**
   * The pattern has CloudWatch's filter syntax. The caller filters again, because the response may contain more than
   * the pattern matches, and never less.
   */
  pattern?: string;
  /**
   * No page is requested after this time. A number of pages is not a limit, because dozens of pages may be empty before
   * the first event.
   */
  budgetMs?: number;
  /** The search stops when this many events were read. */
  enough?: number;
}

export interface LogAnswer {
  /** The oldest line comes first. */
  lines: LogLine[];
  /** The value is true when some pages were not read. */
  incomplete: boolean;
  pages: number;
}

export async function logGroupExists(name: string): Promise<boolean> {
  const all = eachItem(
    (nextToken) => logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name, nextToken })),
    (page) => page.logGroups,
    (page) => page.nextToken,
  );
  for await (const { logGroupName } of all) if (textOf(logGroupName, 'the name of a log group') === name) return true;
  return false;
}

/** Returns the names of the streams with the latest events, the newest first. */
export async function newestStreams(group: string, limit: number): Promise<string[]> {
  const query = { logGroupName: group, orderBy: 'LastEventTime', descending: true, limit } as const;
  const all = eachItem(
    (nextToken) => logs.send(new DescribeLogStreamsCommand({ ...query, nextToken })),
    (page) => page.logStreams,
    (page) => page.nextToken,
  );
  const names: string[] = [];
  for await (const { logStreamName } of all) {
    if (names.push(textOf(logStreamName, `the name of a stream of ${group}`)) === limit) break;
  }
  return names;
}

export async function findLines({
  group,
  since,
  until,
  pattern,
  budgetMs = 15_000,
  enough,
}: LogQuery): Promise<LogAnswer> {
  const deadline = performance.now() + budgetMs;
  const query = { logGroupName: group, startTime: since, endTime: until, filterPattern: pattern };
  const lines: LogLine[] = [];
  let read = 0;
  let more = true;
  const all = pages(
    (nextToken) => logs.send(new FilterLogEventsCommand({ ...query, nextToken })),
    (page) => {
      more = Boolean(page.nextToken);
      return page.events;
    },
    (page) => page.nextToken,
  );
  if (budgetMs > 0) {
    for await (const events of all) {
      read += 1;
      lines.push(...events.map(lineOf));
      if (performance.now() >= deadline || (enough !== undefined && lines.length >= enough)) break;
    }
  }
  return { lines, incomplete: more, pages: read };
}

function lineOf({ timestamp, logStreamName = '', message = '' }: FilteredLogEvent): LogLine {
  if (typeof timestamp !== 'number')
    throw new UnexpectedResponseError('CloudWatch does not say when an event happened');
  return { at: timestamp, stream: logStreamName, message };
}
