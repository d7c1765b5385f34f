import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { clientConfig } from './client-config.ts';

const lambda = new LambdaClient(clientConfig);

/** Invokes a function and does not wait for its result. */
export async function start(FunctionName: string, event: object): Promise<void> {
  await lambda.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload: JSON.stringify(event) }));
}
