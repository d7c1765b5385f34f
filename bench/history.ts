import { BatchGetBuildsCommand, type Build, type CodeBuildClient } from '@aws-sdk/client-codebuild';
import { type HistoryEvent, paginateGetExecutionHistory, type SFNClient } from '@aws-sdk/client-sfn';

/** A span is `[from, to]` in milliseconds since the epoch. */
type Span = readonly [from: number, to: number];

export interface ExecutionCost {
  /** AWS bills the states that were entered, and retries. */
  transitions: number;
  wallMs: number;
  /** In these spans, a service other than Step Functions was at work, or a declared wait was in progress. */
  work: Span[];
  builds: Build[];
}

/** Returns the cost of an execution and of those that it waited for. Nested work is counted where it was done. */
export async function readExecution(sfn: SFNClient, codebuild: CodeBuildClient, arn: string): Promise<ExecutionCost> {
  const events: HistoryEvent[] = [];
  for await (const page of paginateGetExecutionHistory({ client: sfn, pageSize: 1_000 }, { executionArn: arn }))
    events.push(...(page.events ?? []));
  const own = await workOf(events, codebuild);
  const children = await Promise.all(childrenOf(events).map((child) => readExecution(sfn, codebuild, child)));
  const count = (type: RegExp) => events.filter((event) => type.test(event.type ?? '')).length;
  return {
    transitions:
      count(/StateEntered$/) +
      Math.max(0, count(/^TaskScheduled$/) - count(/^TaskStateEntered$/)) +
      children.reduce((sum, child) => sum + child.transitions, 0),
    wallMs: at(events.at(-1)) - at(events[0]),
    work: [...own.work, ...children.flatMap(({ work }) => work)],
    builds: [...own.builds, ...children.flatMap(({ builds }) => builds)],
  };
}

const at = (event: HistoryEvent | undefined) => event?.timestamp?.getTime() ?? Number.NaN;

function outputOf(event: HistoryEvent): Record<string, unknown> {
  return JSON.parse(event.taskSucceededEventDetails?.output ?? '{}') as Record<string, unknown>;
}

/** Returns the tasks that succeeded, each with its first event. */
function tasksOf(events: HistoryEvent[], resource: RegExp): { began: HistoryEvent; ended: HistoryEvent }[] {
  const byId = new Map(events.map((event) => [event.id, event]));
  return events.flatMap((ended) => {
    if (ended.type !== 'TaskSucceeded' || !resource.test(ended.taskSucceededEventDetails?.resource ?? '')) return [];
    let began: HistoryEvent | undefined = ended;
    while (began && began.type !== 'TaskStarted') began = byId.get(began.previousEventId);
    return began ? [{ began, ended }] : [];
  });
}

function childrenOf(events: HistoryEvent[]): string[] {
  return tasksOf(events, /^startExecution/).map(({ ended }) => String(outputOf(ended).ExecutionArn));
}

async function workOf(events: HistoryEvent[], codebuild: CodeBuildClient): Promise<{ work: Span[]; builds: Build[] }> {
  const ids = tasksOf(events, /^startBuild/).map(({ ended }) => (outputOf(ended).Build as { Id: string }).Id);
  const { builds = [] } = ids.length > 0 ? await codebuild.send(new BatchGetBuildsCommand({ ids })) : {};
  const waits: Span[] = [];
  const byId = new Map(events.map((event) => [event.id, event]));
  for (const left of events.filter(({ type }) => type === 'WaitStateExited')) {
    const entered = byId.get(left.previousEventId);
    waits.push([at(entered), at(left)]);
  }
  return {
    work: [
      ...tasksOf(events, /^(?!startBuild|startExecution)/).map(({ began, ended }): Span => [at(began), at(ended)]),
      ...builds.map(({ startTime, endTime }): Span => [startTime?.getTime() ?? 0, endTime?.getTime() ?? 0]),
      ...waits,
    ],
    builds,
  };
}

/** Returns the time that at least one of the spans covers, in milliseconds. */
export function covered(spans: readonly Span[]): number {
  let total = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const [from, to] of [...spans].sort(([a], [b]) => a - b)) {
    total += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return total;
}

export const buildSeconds = ({ startTime, endTime }: Build) =>
  ((endTime?.getTime() ?? 0) - (startTime?.getTime() ?? 0)) / 1_000;
