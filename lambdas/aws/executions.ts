import { DescribeExecutionCommand, SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import type { DescribedExecution } from '../environment/execution-changed.ts';
import { isNotFound } from '../runtime/aws-errors.ts';
import { clientConfig } from './client-config.ts';
import { textOf } from './responses.ts';

const sfn = new SFNClient(clientConfig);

/** Returns Step Functions' status of an execution, or MISSING when the execution no longer exists. */
export async function executionStatus(executionArn: string): Promise<string> {
  return (await describeExecution(executionArn))?.status ?? 'MISSING';
}

/** Returns undefined when the execution no longer exists. */
export async function describeExecution(executionArn: string): Promise<DescribedExecution | undefined> {
  try {
    const { status, redriveCount = 0, input, output } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    return { status: textOf(status, `the status of execution ${executionArn}`), redriveCount, input, output };
  } catch (error) {
    if (isNotFound(error, 'ExecutionDoesNotExist')) return undefined;
    throw error;
  }
}

export async function stopExecution(executionArn: string, error: string, cause: string): Promise<void> {
  try {
    await sfn.send(new StopExecutionCommand({ executionArn, error, cause }));
  } catch (failure) {
    if (!isNotFound(failure, 'ExecutionDoesNotExist')) throw failure;
  }
}

/** @returns the ARN of the execution, or undefined when an execution of that name was started before */
export async function startExecution(machineArn: string, name: string, input: object): Promise<string | undefined> {
  try {
    const response = await sfn.send(
      new StartExecutionCommand({ stateMachineArn: machineArn, name, input: JSON.stringify(input) }),
    );
    return response.executionArn;
  } catch (error) {
    if (isNotFound(error, 'ExecutionAlreadyExists')) return undefined;
    throw error;
  }
}
