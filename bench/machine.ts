import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';

/** @returns the ARN of the machine */
export async function createMachine(client: SFNClient, name: string, definition: object): Promise<string> {
  const roleArn = 'arn:aws:iam::123456789012:role/bench';
  const { stateMachineArn = '' } = await client.send(
    new CreateStateMachineCommand({ name, roleArn, definition: JSON.stringify(definition) }),
  );
  return stateMachineArn;
}

/** @returns the ARN of the execution, which has succeeded */
export async function execute(client: SFNClient, stateMachineArn: string, input: object): Promise<string> {
  const { executionArn = '' } = await client.send(
    new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
  );
  for (;;) {
    const { status, error } = await client.send(new DescribeExecutionCommand({ executionArn }));
    if (status === 'SUCCEEDED') return executionArn;
    if (status !== 'RUNNING') throw new Error(`${executionArn} ended as ${status}: ${error}`);
  }
}
