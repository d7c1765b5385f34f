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

/**
 * ListExecutions returns at most this many at once:
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html
 */
const PAGE_SIZE = 100;

/**
 * Yields the executions of a machine in the order of the list, the newest first.
 * @returns whether the machine exists
 */
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
 * Yields the executions of several machines, the newest first. The function lists only the pages that its caller needs.
 * @throws {CommandError} when none of the machines exists; an older deployment may lack some
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

/** Returns undefined for an execution that AWS no longer has. AWS deletes executions 90 days after their end. */
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

/** These members come from an execution's input. */
export interface Asked {
  environment?: string;
  reason?: string;
  /** The execution with this ARN waits for it. */
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

/** Returns a name such as `provision:3f0c…`, which commands accept instead of the ARN. */
export function shortName(arn: string): string {
  const [machine = '', name = ''] = arn.split(':').slice(6);
  return `${machine.replace(/^runbook-/, '')}:${name}`;
}
