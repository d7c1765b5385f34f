import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { Build } from '@aws-sdk/client-codebuild';
import type { Read, RunBuildView } from '../contracts/board.ts';
import { describeError, isNotFound } from '../runtime/aws-errors.ts';
import { describedBuilds } from './builds.ts';
import { clientConfig } from './client-config.ts';
import { listOf, textOf } from './responses.ts';

const logs = new CloudWatchLogsClient(clientConfig);

const MOST_BUILDS = 30;
const LINES = 25;
const LONGEST_LINE = 500;

/**
 * Returns the builds of a run, the newest first, each with the end of its log.
 * @param since the time when the run began
 */
export async function buildsOf(projects: readonly string[], run: string, since: number): Promise<RunBuildView[]> {
  const found: Build[] = [];
  for (const project of projects) {
    for await (const builds of describedBuilds(project)) {
      found.push(...builds.filter((build) => variable(build, 'RUN') === run));
      if (Math.min(...builds.map(({ startTime }) => startTime?.getTime() ?? since)) < since) break;
    }
  }
  const newest = found.toSorted((a, b) => (b.startTime?.getTime() ?? 0) - (a.startTime?.getTime() ?? 0));
  return Promise.all(newest.slice(0, MOST_BUILDS).map(viewOf));
}

async function viewOf(build: Build): Promise<RunBuildView> {
  const id = textOf(build.id, 'the id of a build');
  return {
    id,
    what: variable(build, 'COMMAND') ?? id.split(':')[0] ?? id,
    status: textOf(build.buildStatus, `the status of build ${id}`),
    startedAt: build.startTime?.getTime(),
    endedAt: build.endTime?.getTime(),
    log: await endOfLog(build),
  };
}

function variable(build: Build, wanted: string): string | undefined {
  const variables = listOf(build.environment?.environmentVariables, build);
  return variables.find(({ name }) => name === wanted)?.value;
}

async function endOfLog({ logs: log }: Build): Promise<Read<string[]>> {
  // A build that waits in the queue has no log yet.
  if (!log?.groupName || !log.streamName) return { kind: 'read', value: [] };
  try {
    const response = await logs.send(
      new GetLogEventsCommand({ logGroupName: log.groupName, logStreamName: log.streamName, limit: LINES }),
    );
    const lines = listOf(response.events, response).map(({ message = '' }) => message.trimEnd().slice(0, LONGEST_LINE));
    return { kind: 'read', value: lines };
  } catch (error) {
    if (isNotFound(error, 'ResourceNotFoundException'))
      return { kind: 'unknown', why: 'The log is not kept any more.' };
    return { kind: 'unknown', why: describeError(error) };
  }
}
