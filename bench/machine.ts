import { randomUUID } from 'node:crypto';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';

/** @returns its ARN */
export async function createMachine(client: SFNClient, name: string, definition: object): Promise<string> {
  const roleArn = 'arn:aws:iam::123456789012:role/bench';
  const { stateMachineArn = '' } = await client.send(
    new CreateStateMachineCommand({ name, roleArn, definition: JSON.stringify(definition) }),
  );
  return stateMachineArn;
}

/** @returns ARN of the execution, which has succeeded */
export async function execute(client: SFNClient, stateMachineArn: string, input: object): Promise<string> {
  const name = randomUUID();
  const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
  await client
    .send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }))
    .catch(unlessStruggling);
  for (;;) {
    const answer = await client.send(new DescribeExecutionCommand({ executionArn })).catch(unlessStruggling);
    if (answer?.status === 'SUCCEEDED') return executionArn;
    if (answer && answer.status !== 'RUNNING') throw new Error(`${executionArn} ended as ${answer.status}`);
  }
}

/** moto executes, and cannot always say what it has at work: TypeError("cannot pickle '_thread.RLock' object"). */
function unlessStruggling(error: Error): undefined {
  if (!['InternalFailure', 'ExecutionAlreadyExists'].includes(error.name)) throw error;
}
