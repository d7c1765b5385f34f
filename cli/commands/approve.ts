import {
  ExecutionDoesNotExist,
  type HistoryEvent,
  paginateGetExecutionHistory,
  SendTaskSuccessCommand,
  type SFNClient,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import type { Command } from 'commander';
import type { EnvironmentRecord } from '../../lambdas/contracts/record.ts';
import { type Cli, type Common, command, say, sayJson } from '../cli.ts';
import { confirm, decide } from '../confirm.ts';
import { visible } from '../format.ts';
import { parse } from '../json.ts';
import type { OperatorAccount } from './account.ts';
import { CommandError, EXIT } from './command-error.ts';
import { loadRecord } from './records.ts';

interface ApproveOptions extends Common {
  reject?: boolean;
  reason?: string;
  yes?: boolean;
}

export function addApprove(program: Command, cli: Cli): void {
  command(program, 'approve <environment>', 'show the plan that waits for approval, and answer for it')
    .option('--reject', 'refuse it: nothing of it is applied')
    .option('--reason <text>', 'kept in the execution')
    .option('--yes', 'do not ask')
    .action(async (environment: string, { reject, reason, yes, ...options }: ApproveOptions) => {
      const account = await cli.open(options);
      const question = await openQuestion(account, await loadRecord(account, environment));
      const { message } = question;
      const approved = !reject;
      if (!options.json) say(cli, `${message}\n\nEvery attribute that changes: npx runbook diff ${environment}\n`);
      if (!yes && !(await confirm(approved ? 'Apply it?' : 'Refuse it?', cli.terminal))) {
        cli.exit(EXIT.failed);
        return say(cli, 'No answer was given: the plan is still waiting.');
      }
      await answer(account, question, { approved, reason });
      if (options.json) return sayJson(cli, { approved, reason, message });
      return say(cli, approved ? 'approved' : 'refused');
    });
}

export interface Question {
  /** This is the question in the form that was sent to people. */
  message: string;
  token: string;
}

/** The machine receives this answer. The execution keeps the reason. */
export interface Answer {
  approved: boolean;
  reason?: string | undefined;
}

/**
 * Returns the plan that waits for an answer.
 * @throws {CommandError} when none does
 */
export async function openQuestion(
  account: Pick<OperatorAccount, 'sfn'>,
  { owner, environment }: Pick<EnvironmentRecord, 'owner' | 'environment'>,
): Promise<Question> {
  const question = owner && (await questionOfExecution(account, owner));
  if (question) return question;
  throw new CommandError(`environment "${environment}" has no plan that waits for approval`);
}

/** Shows a plan while its execution is followed, and asks for the decision. */
export async function askInline(
  account: Pick<OperatorAccount, 'sfn'>,
  executionArn: string,
  { terminal, out }: Pick<Cli, 'terminal' | 'out'>,
): Promise<void> {
  const question = await questionOfExecution(account, executionArn);
  if (!question) return;
  say({ out }, `\n${question.message}\n`);
  const decision = await decide('Apply it?', terminal);
  if (decision === 'later') return say({ out }, 'The plan is still waiting: answer with "npx runbook approve".');
  const reason = decision === 'no' ? { reason: 'refused where it was provisioned' } : {};
  try {
    await answer(account, question, { approved: decision === 'yes', ...reason });
  } catch (error) {
    // Another person has answered, or the time is over. The execution continues and shows which.
    if (!(error instanceof CommandError)) throw error;
    say({ out }, error.message);
  }
}

async function questionOfExecution({ sfn }: Pick<OperatorAccount, 'sfn'>, executionArn: string) {
  return questionIn(await historyOf(sfn, executionArn));
}

/** Returns an empty list for an execution that AWS no longer has. AWS deletes executions after 90 days. */
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

/** Returns the latest unanswered question in a history from its beginning. */
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

/** The message contains the token, because it says how to answer by hand. */
function questionOf(parameters: string | undefined): Question | undefined {
  const { Message: message } = (parse(parameters) ?? {}) as { Message?: unknown };
  if (typeof message !== 'string') return undefined;
  // The plan's own names precede the instructions, and may contain similar text.
  const [how = -1, token] = [message.lastIndexOf('To approve it:'), /.*--task-token (\S+)/s.exec(message)?.[1]];
  return how < 0 || !token ? undefined : { message: visible(message.slice(0, how).trim()), token };
}
