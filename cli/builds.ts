import { BatchGetBuildsCommand } from '@aws-sdk/client-codebuild';
import { ExecutionDoesNotExist, GetExecutionHistoryCommand } from '@aws-sdk/client-sfn';
import type { OperatorAccount } from './commands/account.ts';
import { isObject, parse } from './json.ts';
import { LogReader, type LogSource } from './log-reader.ts';

export interface BuildView {
  id: string;
  /** IN_PROGRESS, SUCCEEDED, FAILED, FAULT, STOPPED, TIMED_OUT. */
  status: string;
  isOver: boolean;
  /** Milliseconds since the epoch. */
  startedAt: number;
  log: LogSource;
}

/** `<project>:<uuid>`. */
export const BUILD_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{1,254}:[0-9a-f-]{36}$/;

/** Id of the build that an execution has started last; undefined when it has started none, or AWS has forgotten it. */
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

/** Of what StartBuild has answered. */
export function buildIdIn(output: string | undefined): string | undefined {
  const answer = parse(output);
  const build = isObject(answer) && isObject(answer.Build) ? answer.Build : undefined;
  return typeof build?.Id === 'string' ? build.Id : undefined;
}

/** undefined for a build that CodeBuild has forgotten: it does so after a year. */
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
    startedAt: build.startTime?.getTime() ?? 0,
    // A build that waits in CodeBuild's queue has no stream yet, and its stream is named after it.
    log: { group: groupName ?? `/aws/codebuild/${project}`, stream: streamName ?? uuid },
  };
}

const IN_A_CAUSE = /\b(runbook-[a-z]+:[0-9a-f]{8}-[0-9a-f-]{27})\b/;
/** What CodeBuild itself says of its phases. */
const OF_CODEBUILD = /^\[Container\] /;
const LAST = 10;

/** Id of the build that an execution has failed for. */
export function failedBuildIn(cause: string | undefined): string | undefined {
  return IN_A_CAUSE.exec(cause ?? '')?.[1];
}

/** The last lines that a build has said by itself; none where its log cannot be read. */
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
