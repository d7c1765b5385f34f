import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';

const MAX_ATTEMPTS = 200;

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
  const start = () => client.send(new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }));
  const { executionArn = '' } = await untilAnswered(start);
  for (;;) {
    const { status, error } = await untilAnswered(() => client.send(new DescribeExecutionCommand({ executionArn })));
    if (status === 'SUCCEEDED') return executionArn;
    if (status !== 'RUNNING') throw new Error(`${executionArn} ended as ${status}: ${error}`);
  }
}

/** moto's engine, while it is at work, fails some calls: TypeError("cannot pickle '_thread.RLock' object"). */
async function untilAnswered<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if ((error as Error).name !== 'InternalFailure' || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}
