import {
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { isNotFound } from '../../runtime/aws-errors.ts';
import { UnexpectedResponseError } from '../../runtime/unexpected-response.ts';
import type { FunctionState, Invocation } from '../../validation/checks/resource-lambda-function.ts';
import { clientConfig } from '../client-config.ts';
import { requireJsonAnswers } from '../json-responses.ts';
import { textOf } from '../responses.ts';

const lambda = requireJsonAnswers(new LambdaClient(clientConfig));
/** A function that is slower than a look is not waited for, and none is invoked again. */
const invoker = new LambdaClient({
  ...clientConfig,
  maxAttempts: 1,
  requestHandler: { ...clientConfig.requestHandler, requestTimeout: 30_000 },
});

export async function describeFunction(FunctionName: string): Promise<FunctionState | undefined> {
  try {
    const found = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    if (found.FunctionName !== FunctionName)
      throw new UnexpectedResponseError(
        `Lambda describes ${found.FunctionName ?? 'nothing'} instead of ${FunctionName}`,
      );
    const { FunctionArn: arn, StateReason, LastUpdateStatusReason } = found;
    return {
      ...(arn ? { arn } : {}),
      state: textOf(found.State, `the state of ${FunctionName}`),
      ...(StateReason ? { stateReason: StateReason } : {}),
      update: textOf(found.LastUpdateStatus, `the last update of ${FunctionName}`),
      ...(LastUpdateStatusReason ? { updateReason: LastUpdateStatusReason } : {}),
      modified: textOf(found.LastModified, `when ${FunctionName} was modified`),
      ...(await reservedOf(FunctionName)),
    };
  } catch (error) {
    if (isNotFound(error, 'ResourceNotFoundException')) return undefined;
    throw error;
  }
}

/** The answer is empty for a function without a reserved concurrency. */
async function reservedOf(FunctionName: string): Promise<{ reserved?: number }> {
  const answer = await lambda.send(new GetFunctionConcurrencyCommand({ FunctionName }));
  const { ReservedConcurrentExecutions: reserved } = answer;
  if (reserved === undefined) return {};
  if (typeof reserved !== 'number')
    throw new UnexpectedResponseError(`Lambda gives the concurrency of ${FunctionName} as ${JSON.stringify(reserved)}`);
  return { reserved };
}

export async function invoke(FunctionName: string, payload: object): Promise<Invocation> {
  const { StatusCode, FunctionError, Payload } = await invoker.send(
    new InvokeCommand({
      FunctionName,
      InvocationType: 'RequestResponse',
      Payload: Buffer.from(JSON.stringify(payload)),
    }),
  );
  if (StatusCode !== 200 || !Payload)
    throw new UnexpectedResponseError(
      `Lambda answers the invocation of ${FunctionName} with ${StatusCode ?? 'nothing'}`,
    );
  const text = Buffer.from(Payload).toString('utf8');
  return { payload: text, ...(FunctionError ? { error: FunctionError } : {}) };
}
