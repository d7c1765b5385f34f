import { GetExecutionHistoryCommand, type HistoryEvent, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import type { Read, UnderWay } from '../contracts/board.ts';
import { describeError } from '../runtime/aws-errors.ts';
import { clientConfig } from './client-config.ts';
import { allItems } from './pages.ts';
import { listOf, textOf } from './responses.ts';

const sfn = new SFNClient(clientConfig);

/**
 * The newest events of an execution have to include its last state, and a parallel state enters many states at once.
 */
const NEWEST = 100;

const input = z.object({ environment: z.string().optional().catch(undefined) });

/**
 * Returns the running executions of a machine, each with the state that it entered last.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html
 */
export async function underWay(stateMachineArn: string, machine: string): Promise<UnderWay[]> {
  const running = await allItems(
    (nextToken: string | undefined) =>
      sfn.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING', nextToken })),
    (page) => page.executions,
    (page) => page.nextToken,
  );
  return Promise.all(
    running.map(async ({ executionArn, startDate }) => {
      const execution = textOf(executionArn, `the ARN of an execution of ${machine}`);
      const [step, environment] = await Promise.all([stepOf(execution), environmentOf(execution)]);
      return { machine, execution, environment, startedAt: startDate?.getTime() ?? Number.NaN, step };
    }),
  );
}

async function stepOf(executionArn: string): Promise<Read<{ name: string; since: number } | undefined>> {
  try {
    const events = await eventsOf(executionArn, true, NEWEST);
    const entered = events.find(({ type }) => type?.endsWith('StateEntered'));
    const name = entered?.stateEnteredEventDetails?.name;
    const since = entered?.timestamp?.getTime();
    return { kind: 'read', value: name && since !== undefined ? { name, since } : undefined };
  } catch (error) {
    return { kind: 'unknown', why: describeError(error) };
  }
}

/**
 * Returns the environment in the execution's input, which the first event contains. The function returns undefined when
 * the input does not contain it, or cannot be read.
 */
async function environmentOf(executionArn: string): Promise<string | undefined> {
  try {
    const [first] = await eventsOf(executionArn, false, 1);
    return input.safeParse(JSON.parse(first?.executionStartedEventDetails?.input ?? '')).data?.environment;
  } catch {
    return undefined;
  }
}

async function eventsOf(executionArn: string, reverseOrder: boolean, maxResults: number): Promise<HistoryEvent[]> {
  const response = await sfn.send(new GetExecutionHistoryCommand({ executionArn, reverseOrder, maxResults }));
  return [...listOf(response.events, response)];
}
