import { StateError } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import { type Integration, type TaskCall, uninterrupted } from './integration.ts';

const options = { optimized: 'StepFunctions', times: 'epoch-milliseconds' } as const;

/** The integration is `arn:aws:states:::states:startExecution`. */
export const startExecution: Integration = async (call) => {
  const { result, metadata } = await start(call);
  return { ...result, StartDate: isoDate(result.StartDate), ...metadata };
};

/** `.sync` returns input and output of the nested execution as strings; `.sync:2` parses them. */
export const startExecutionSync: Integration = (call) => startAndWait(call, (text) => text);
export const startExecutionSync2: Integration = (call) => startAndWait(call, (text) => JSON.parse(text) as Json);

function start(call: TaskCall) {
  const { Input, ...parameters } = call.arguments;
  const input = typeof Input === 'string' ? Input : JSON.stringify(Input ?? {});
  return call.aws.call('sfn', 'startExecution', { ...parameters, Input: input }, uninterrupted(), options);
}

async function startAndWait(call: TaskCall, convert: (text: string) => Json): Promise<Json> {
  const { result, metadata } = await start(call);
  const executionArn = String(result.ExecutionArn);
  const cause = `The execution was stopped because the execution that started it ended: ${call.executionArn}`;
  call.onInterrupt(() => {
    const parameters = { ExecutionArn: executionArn, Cause: cause };
    return call.aws.call('sfn', 'stopExecution', parameters, uninterrupted(), options);
  });
  call.submitted({ ...result, StartDate: isoDate(result.StartDate), ...metadata });
  const execution = await ended(call, executionArn);
  if (execution.Status !== 'SUCCEEDED') throw new StateError('States.TaskFailed', JSON.stringify(execution));
  return { ...execution, Input: convert(String(execution.Input)), Output: convert(String(execution.Output)) };
}

async function ended(call: TaskCall, executionArn: string): Promise<JsonObject> {
  for (;;) {
    const parameters = { ExecutionArn: executionArn };
    const { result } = await call.aws.call('sfn', 'describeExecution', parameters, call.signal, options);
    const { RedriveCount: _, RedriveStatus: __, RedriveStatusReason: ___, ...execution } = result;
    if (execution.Status !== 'RUNNING') return execution;
    await call.pause(({ detail }) => detail.executionArn === executionArn && detail.status !== 'RUNNING');
  }
}

const isoDate = (milliseconds: Json | undefined): Json => new Date(Number(milliseconds)).toISOString();
