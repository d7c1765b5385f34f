import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  ExecutionDoesNotExist,
  type ExecutionListItem,
  ListExecutionsCommand,
  StateMachineDoesNotExist,
} from '@aws-sdk/client-sfn';
import { STARTED_BY } from '../lambdas/contracts/request.ts';
import { UnexpectedResponseError } from '../lambdas/runtime/unexpected-response.ts';
import { notDeployed, type OperatorAccount } from './commands/account.ts';
import { isObject, parse } from './json.ts';

/** That ListExecutions gives at once: https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html */
const PAGE_SIZE = 100;

/** Executions of a machine, the last one that was started first, as they are listed. @returns whether there is such a machine */
async function* executionsOf(
  { sfn, machineArn }: OperatorAccount,
  machine: string,
): AsyncGenerator<ExecutionListItem, boolean> {
  const stateMachineArn = machineArn(machine);
  let nextToken: string | undefined;
  do {
    const asked = { stateMachineArn, maxResults: PAGE_SIZE, nextToken };
    const page = await sfn.send(new ListExecutionsCommand(asked)).catch((error) => {
      if (error instanceof StateMachineDoesNotExist) return undefined;
      throw error;
    });
    if (!page) return false;
    if (!page.executions) throw new UnexpectedResponseError(`the executions of ${stateMachineArn} are not listed`);
    yield* page.executions;
    if (page.nextToken && page.nextToken === nextToken) {
      throw new UnexpectedResponseError('the list does not end: a page token came again');
    }
    nextToken = page.nextToken;
  } while (nextToken);
  return true;
}

/**
 * Executions of several machines, the last one that was started first. No more of them are listed than are asked for, by pages.
 * @throws {CommandError} when none of the machines is there; an older deployment may lack some
 */
export async function* newestExecutions(
  account: OperatorAccount,
  machines: readonly string[],
): AsyncGenerator<ExecutionListItem, void> {
  const lists = machines.map((machine) => executionsOf(account, machine));
  const heads = await Promise.all(lists.map((list) => list.next()));
  if (heads.every((head) => head.done && !head.value)) throw notDeployed(`machine "${machines[0]}"`, account);
  for (;;) {
    let newest = -1;
    let at = Number.NEGATIVE_INFINITY;
    for (const [index, head] of heads.entries()) {
      const started = head.done ? Number.NEGATIVE_INFINITY : (head.value.startDate?.getTime() ?? 0);
      if (started > at) [newest, at] = [index, started];
    }
    const head = heads[newest];
    const list = lists[newest];
    if (!head || head.done || !list) return;
    yield head.value;
    heads[newest] = await list.next();
  }
}

/** undefined for one that AWS has forgotten, as it does 90 days after its end. */
export async function describeExecution(
  { sfn }: Pick<OperatorAccount, 'sfn'>,
  executionArn: string,
): Promise<DescribeExecutionCommandOutput | undefined> {
  try {
    return await sfn.send(new DescribeExecutionCommand({ executionArn }));
  } catch (error) {
    if (error instanceof ExecutionDoesNotExist) return undefined;
    throw error;
  }
}

/** What an execution's input says of it. */
export interface Asked {
  environment?: string;
  reason?: string;
  /** ARN of the execution that waits for it. */
  startedBy?: string;
}

export function askedOf(input: string | undefined): Asked {
  const parsed = parse(input);
  if (!isObject(parsed)) return {};
  const { environment, reason, [STARTED_BY]: startedBy } = parsed;
  return {
    ...(typeof environment === 'string' ? { environment } : {}),
    ...(typeof reason === 'string' ? { reason } : {}),
    ...(typeof startedBy === 'string' ? { startedBy } : {}),
  };
}

/** `provision:3f0c…`, which commands take for the ARN. */
export function shortName(arn: string): string {
  const [machine = '', name = ''] = arn.split(':').slice(6);
  return `${machine.replace(/^runbook-/, '')}:${name}`;
}
