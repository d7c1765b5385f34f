import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import type { LogLine } from '../checks/worker-logs.ts';
import { MalformedAnswer } from '../shared/malformed-answer.ts';
import { clientConfig } from './client-config.ts';

const logs = new CloudWatchLogsClient(clientConfig);

export interface LogQuery {
  group: string;
  /** Milliseconds since the epoch, as is `until`; both belong to the time that is searched. */
  since: number;
  until?: number;
  /** CloudWatch's filter syntax. The caller filters again: it may be more than what was asked for, never less. */
  pattern?: string;
  /** No page is asked for after so long. A count of pages is no bound: dozens may be empty before the first event. */
  budgetMs?: number;
  /** Stop as soon as so many events were read. */
  enough?: number;
}

export interface LogAnswer {
  /** Oldest first. */
  lines: LogLine[];
  /** There are pages that were not read. */
  incomplete: boolean;
  pages: number;
}

export async function logGroupExists(name: string): Promise<boolean> {
  let nextToken: string | undefined;
  do {
    const page = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name, nextToken }));
    if (page.logGroups?.some((group) => group.logGroupName === name)) return true;
    nextToken = page.nextToken;
  } while (nextToken);
  return false;
}

/** Names of the streams that were written to last, newest first. */
export async function newestStreams(group: string, limit: number): Promise<string[]> {
  const query = { logGroupName: group, orderBy: 'LastEventTime', descending: true, limit } as const;
  const names: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await logs.send(new DescribeLogStreamsCommand({ ...query, nextToken }));
    names.push(...(page.logStreams ?? []).flatMap((stream) => stream.logStreamName ?? []));
    nextToken = page.nextToken;
  } while (nextToken && names.length < limit);
  return names.slice(0, limit);
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
  const seen = new Set<string>();
  let nextToken: string | undefined;
  let pages = 0;
  while (performance.now() < deadline) {
    const answer = await logs.send(new FilterLogEventsCommand({ ...query, nextToken }));
    pages += 1;
    if (!answer.events) throw new MalformedAnswer(`CloudWatch Logs answered a search of ${group} without its events`);
    for (const event of answer.events) {
      lines.push({ at: event.timestamp ?? 0, stream: event.logStreamName ?? '', message: event.message ?? '' });
    }
    nextToken = answer.nextToken;
    if (!nextToken) return { lines, incomplete: false, pages };
    if (seen.has(nextToken)) throw new MalformedAnswer(`the search of ${group} does not end`);
    seen.add(nextToken);
    if (enough !== undefined && lines.length >= enough) break;
  }
  return { lines, incomplete: true, pages };
}
