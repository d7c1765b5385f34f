import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import type { LogLine } from '../checks/worker-logs.ts';
import { clientConfig } from './client-config.ts';

const logs = new CloudWatchLogsClient(clientConfig);

export interface LogQuery {
  group: string;
  /** Milliseconds since the epoch. */
  since: number;
  /** CloudWatch's filter syntax. The caller filters again: it may be more than what was asked for, never less. */
  pattern?: string;
  /** Stop after so many pages; a page may be empty and have a successor all the same. */
  maxPages?: number;
  /** Stop as soon as so many events were read. */
  enough?: number;
}

export interface LogAnswer {
  lines: LogLine[];
  /** There are pages that were not read. */
  incomplete: boolean;
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

export async function findLines({ group, since, pattern, maxPages = 20, enough }: LogQuery): Promise<LogAnswer> {
  const lines: LogLine[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const answer = await logs.send(
      new FilterLogEventsCommand({ logGroupName: group, startTime: since, filterPattern: pattern, nextToken }),
    );
    for (const event of answer.events ?? []) {
      lines.push({ at: event.timestamp ?? 0, stream: event.logStreamName ?? '', message: event.message ?? '' });
    }
    nextToken = answer.nextToken;
    if (!nextToken) return { lines, incomplete: false };
    if (enough !== undefined && lines.length >= enough) break;
  }
  return { lines, incomplete: true };
}
