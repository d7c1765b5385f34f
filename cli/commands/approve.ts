import {
  ExecutionDoesNotExist,
  type HistoryEvent,
  paginateGetExecutionHistory,
  SendTaskSuccessCommand,
  type SFNClient,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import type { EnvironmentRecord } from '../../lambdas/contracts/record.ts';
import { parse } from '../describe.ts';
import { visible } from '../format.ts';
import type { OperatorAccount } from './account.ts';
import { CommandError } from './command-error.ts';

export interface Question {
  /** What people were asked, as it was sent to them. */
  message: string;
  token: string;
}

/** What the machine is told; the reason is kept in the execution. */
export interface Answer {
  approved: boolean;
  reason?: string | undefined;
}

/** The plan that waits for an answer. @throws {CommandError} when none does */
export async function openQuestion(
  { sfn }: Pick<OperatorAccount, 'sfn'>,
  record: EnvironmentRecord,
): Promise<Question> {
  const { owner: executionArn, environment } = record;
  const events = executionArn ? await historyOf(sfn, executionArn) : [];
  const question = questionIn(events);
  if (question) return question;
  throw new CommandError(`environment "${environment}" has no plan that waits for approval`);
}

/** Empty for an execution that AWS has forgotten: it does so after 90 days. */
async function historyOf(client: SFNClient, executionArn: string): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  try {
    for await (const page of paginateGetExecutionHistory({ client }, { executionArn, includeExecutionData: true })) {
      events.push(...(page.events ?? []));
    }
  } catch (error) {
    if (!(error instanceof ExecutionDoesNotExist)) throw error;
  }
  return events;
}

/** The question that was asked last and not answered, in a history from its beginning. */
export function questionIn(events: readonly HistoryEvent[]): Question | undefined {
  let open: Question | undefined;
  for (const { type, taskScheduledEventDetails: asked, ...event } of events) {
    if (asked?.resource === 'publish.waitForTaskToken') open = questionOf(asked.parameters);
    const ended = event.taskSucceededEventDetails ?? event.taskFailedEventDetails ?? event.taskTimedOutEventDetails;
    const isOver = ended?.resource === 'publish.waitForTaskToken' || /^Execution(?!Started|Redriven)/.test(type ?? '');
    if (isOver) open = undefined;
  }
  return open;
}

/** @throws {CommandError} when the question has been answered, or its time is over */
export async function answer({ sfn }: Pick<OperatorAccount, 'sfn'>, { token }: Question, said: Answer): Promise<void> {
  try {
    await sfn.send(new SendTaskSuccessCommand({ taskToken: token, output: JSON.stringify(said) }));
  } catch (error) {
    if (!(error instanceof TaskTimedOut || error instanceof TaskDoesNotExist)) throw error;
    throw new CommandError('too late: the plan was answered before, or its time is over');
  }
}

/** The message tells how to answer by hand, with the token. */
function questionOf(parameters: string | undefined): Question | undefined {
  const { Message: message } = (parse(parameters) ?? {}) as { Message?: unknown };
  if (typeof message !== 'string') return undefined;
  // The plan's own names come before, and may look like either.
  const [how = -1, token] = [message.lastIndexOf('To approve it:'), /.*--task-token (\S+)/s.exec(message)?.[1]];
  return how < 0 || !token ? undefined : { message: visible(message.slice(0, how).trim()), token };
}
