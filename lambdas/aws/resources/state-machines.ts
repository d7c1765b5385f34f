import { DescribeStateMachineCommand, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { isNotFound } from '../../runtime/aws-errors.ts';
import { UnexpectedResponseError } from '../../runtime/unexpected-response.ts';
import type { Machine } from '../../validation/checks/resource-states.ts';
import { clientConfig } from '../client-config.ts';
import { pages } from '../pages.ts';
import { textOf } from '../responses.ts';

const sfn = new SFNClient(clientConfig);

const UNDER_WAY = new Set(['RUNNING', 'PENDING_REDRIVE']);
const AT_ONCE = 100;

/** @param executions how many that have ended are wanted; 0 for none. An express machine lists none, and refuses the call */
export async function describeMachine(stateMachineArn: string, executions: number): Promise<Machine | undefined> {
  try {
    const found = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
    if (found.stateMachineArn !== stateMachineArn)
      throw new UnexpectedResponseError('Step Functions describes another machine than was asked for');
    const status = textOf(found.status, `the status of ${stateMachineArn}`);
    if (executions === 0) return { status, ended: [] };
    return { status, ended: await endedOf(stateMachineArn, executions, timeOf(found.creationDate)) };
  } catch (error) {
    if (isNotFound(error, 'StateMachineDoesNotExist')) return undefined;
    throw error;
  }
}

/**
 * Newest first, as Step Functions lists them. What is older than the machine is of another one that had its name.
 * @param since milliseconds
 */
async function endedOf(stateMachineArn: string, wanted: number, since: number): Promise<Machine['ended']> {
  const ended: { name: string; status: string }[] = [];
  const all = pages(
    (nextToken) => sfn.send(new ListExecutionsCommand({ stateMachineArn, maxResults: AT_ONCE, nextToken })),
    (page) => page.executions,
    (page) => page.nextToken,
  );
  for await (const page of all) {
    for (const one of page) {
      const status = textOf(one.status, 'the status of an execution');
      if (timeOf(one.startDate) < since) return ended;
      if (!UNDER_WAY.has(status)) ended.push({ name: textOf(one.name, 'the name of an execution'), status });
    }
    if (ended.length >= wanted) break;
  }
  return ended;
}

function timeOf(date: Date | undefined): number {
  if (date === undefined) throw new UnexpectedResponseError('Step Functions leaves out a time');
  return date.getTime();
}
