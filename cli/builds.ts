import { BatchGetBuildsCommand } from '@aws-sdk/client-codebuild';
import { ExecutionDoesNotExist, GetExecutionHistoryCommand } from '@aws-sdk/client-sfn';
import type { OperatorAccount } from './commands/account.ts';
import { isObject, parse } from './json.ts';
import { LogReader, type LogSource } from './log-reader.ts';

export interface BuildView {
  id: string;
  /** The status is IN_PROGRESS, SUCCEEDED, FAILED, FAULT, STOPPED or TIMED_OUT. */
  status: string;
  isOver: boolean;
  /** The value is true while the build waits for its turn, because too many builds run. */
  isQueued: boolean;
  /** The build exports these variables: why it was refused, or why it failed. */
  exported: Readonly<Record<string, string>>;
  /** The time is in milliseconds since the epoch. */
  startedAt: number;
  log: LogSource;
}

/** The pattern matches `<project>:<uuid>`. */
export const BUILD_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{1,254}:[0-9a-f-]{36}$/;

/**
 * Returns the id of the latest build of an execution. The function returns undefined when the execution has started
 * none, or when AWS no longer has the execution.
 */
export async function lastBuildOf(
  { sfn }: Pick<OperatorAccount, 'sfn'>,
  executionArn: string,
): Promise<string | undefined> {
  let nextToken: string | undefined;
  try {
    do {
      const page = await sfn.send(
        new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 100, nextToken }),
      );
      for (const { taskSubmittedEventDetails: submitted } of page.events ?? []) {
        if (submitted?.resourceType !== 'codebuild') continue;
        const id = buildIdIn(submitted.output);
        if (id) return id;
      }
      nextToken = page.nextToken;
    } while (nextToken);
  } catch (error) {
    if (!(error instanceof ExecutionDoesNotExist)) throw error;
  }
  return undefined;
}

/** Returns the id from the response of StartBuild. */
export function buildIdIn(output: string | undefined): string | undefined {
  const answer = parse(output);
  const build = isObject(answer) && isObject(answer.Build) ? answer.Build : undefined;
  return typeof build?.Id === 'string' ? build.Id : undefined;
}

/** Returns undefined for a build that CodeBuild no longer has. CodeBuild deletes builds after a year. */
export async function describeBuild(
  { codebuild }: Pick<OperatorAccount, 'codebuild'>,
  id: string,
): Promise<BuildView | undefined> {
  const { builds } = await codebuild.send(new BatchGetBuildsCommand({ ids: [id] }));
  const build = builds?.find((one) => one.id === id);
  if (!build) return undefined;
  const { groupName, streamName } = build.logs ?? {};
  const [project = '', uuid = ''] = id.split(':');
  return {
    id,
    status: build.buildStatus ?? 'IN_PROGRESS',
    isOver: build.buildComplete ?? false,
    isQueued: build.currentPhase === 'QUEUED',
    exported: Object.fromEntries(
      (build.exportedEnvironmentVariables ?? []).map(({ name = '', value = '' }) => [name, value]),
    ),
    startedAt: build.startTime?.getTime() ?? 0,
    // A build in CodeBuild's queue has no stream yet. Its stream will have the id of the build as its name.
    log: { group: groupName ?? `/aws/codebuild/${project}`, stream: streamName ?? uuid },
  };
}

const IN_A_CAUSE = /\b(runbook-[a-z]+:[0-9a-f]{8}-[0-9a-f-]{27})\b/;
/** CodeBuild itself writes these lines about its phases. */
const OF_CODEBUILD = /^\[Container\] /;
const LAST = 10;

/** Returns the id of the build that failed the execution. */
export function failedBuildIn(cause: string | undefined): string | undefined {
  return IN_A_CAUSE.exec(cause ?? '')?.[1];
}

/** Returns the last lines that the build itself printed. The list is empty when its log cannot be read. */
export async function lastLinesOf(account: Pick<OperatorAccount, 'codebuild' | 'logs'>, id: string): Promise<string[]> {
  const lines: string[] = [];
  try {
    const build = await describeBuild(account, id);
    if (!build) return [];
    for await (const page of new LogReader(account.logs, build.log, build.startedAt).read()) {
      lines.push(...page.map(({ message }) => message).filter((line) => line.trim() && !OF_CODEBUILD.test(line)));
      lines.splice(0, lines.length - LAST);
    }
  } catch {
    return [];
  }
  return lines;
}
