import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { clientConfig } from './config.ts';

const lambda = new LambdaClient(clientConfig);

/**
 * @returns the function's answer, or its error as Lambda describes it; undefined when it is not JSON
 * @throws when the function could not be asked
 */
export async function invoke(FunctionName: string, question: unknown): Promise<unknown> {
  const { Payload } = await lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(question) }));
  try {
    return JSON.parse(Payload?.transformToString() ?? '');
  } catch {
    return undefined;
  }
}
