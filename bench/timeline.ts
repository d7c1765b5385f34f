import { BatchGetBuildsCommand, type CodeBuildClient } from '@aws-sdk/client-codebuild';
import { type HistoryEvent, paginateGetExecutionHistory, type SFNClient } from '@aws-sdk/client-sfn';

/** A state of an execution, an execution that a state waited for, or a phase of a build. Times in milliseconds. */
export interface Step {
  name: string;
  depth: number;
  from: number;
  to: number;
}

/** What an execution did and when: its states in the order in which they began, each with what it waited for. */
export async function timeline(sfn: SFNClient, codebuild: CodeBuildClient, arn: string, depth = 0): Promise<Step[]> {
  const events: HistoryEvent[] = [];
  for await (const page of paginateGetExecutionHistory({ client: sfn, pageSize: 1_000 }, { executionArn: arn }))
    events.push(...(page.events ?? []));
  const previous = new Map(events.map((event) => [event.id, event.previousEventId]));
  const byId = new Map(events.map((event) => [event.id, event]));
  /** The event by which the state was entered that this event belongs to. */
  const enteredBy = (event: HistoryEvent): number | undefined => {
    let id: number | undefined = event.id;
    while (id && !byId.get(id)?.stateEnteredEventDetails) id = previous.get(id);
    return id;
  };
  const inside = new Map<number, Step[]>();
  for (const event of events) {
    const { resource = '', output = '{}' } = event.taskSucceededEventDetails ?? event.taskSubmittedEventDetails ?? {};
    const entered = enteredBy(event);
    if (!entered || inside.has(entered)) continue;
    const started = JSON.parse(output) as { ExecutionArn?: string; Build?: { Id: string } };
    if (/^startExecution\.sync/.test(resource) && started.ExecutionArn)
      inside.set(entered, await timeline(sfn, codebuild, started.ExecutionArn, depth + 1));
    if (/^startBuild\.sync/.test(resource) && started.Build)
      inside.set(entered, await phases(codebuild, started.Build.Id, depth + 1));
  }
  return events.flatMap((event) => {
    const { name } = event.stateEnteredEventDetails ?? {};
    if (!name) return [];
    const exit = events.find(
      (one) =>
        one.stateExitedEventDetails?.name === name && (one.id ?? 0) > (event.id ?? 0) && enteredBy(one) === event.id,
    );
    const to = at(exit ?? events.find((one) => one.previousEventId === event.id) ?? events.at(-1));
    return [{ name, depth, from: at(event), to }, ...(inside.get(event.id ?? 0) ?? [])];
  });
}

async function phases(codebuild: CodeBuildClient, id: string, depth: number): Promise<Step[]> {
  const { builds = [] } = await codebuild.send(new BatchGetBuildsCommand({ ids: [id] }));
  return builds.flatMap(({ phases = [] }) =>
    phases.flatMap(({ phaseType = '', startTime, endTime }) =>
      startTime && endTime ? [{ name: phaseType, depth, from: startTime.getTime(), to: endTime.getTime() }] : [],
    ),
  );
}

const at = (event: HistoryEvent | undefined) => event?.timestamp?.getTime() ?? Number.NaN;

/** @param least shorter steps are left out, in milliseconds */
export function formatTimeline(steps: readonly Step[], least = 100): string[] {
  const start = Math.min(...steps.map(({ from }) => from));
  const seconds = (ms: number) => (ms / 1_000).toFixed(1).padStart(7);
  return steps
    .filter(({ from, to }) => !(to - from < least))
    .map(({ name, depth, from, to }) => `${seconds(from - start)} ${seconds(to - from)}  ${'  '.repeat(depth)}${name}`);
}
