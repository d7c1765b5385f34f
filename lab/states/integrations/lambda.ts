import { StateError } from '../errors.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Integration, TaskCall } from './integration.ts';

/** The integration is `arn:aws:states:::lambda:invoke`. */
export const invoke: Integration = async (call) => {
  const { Payload, ...parameters } = call.arguments;
  // A text is sent as it is, not as a JSON string of it; null is no payload.
  const event = typeof Payload === 'string' || Payload === null ? (Payload ?? undefined) : JSON.stringify(Payload);
  const { result, metadata } = await invokeFunction(call, parameters, event);
  return { ...result, Payload: parsePayload(result.Payload), ...metadata };
};

/** The Resource is a function's own ARN: the arguments are the event, and the function's answer is the result. */
export function invokeArn(functionArn: string): Integration {
  return async (call) => {
    const { result } = await invokeFunction(call, { FunctionName: functionArn }, JSON.stringify(call.input));
    return parsePayload(result.Payload);
  };
}

async function invokeFunction(call: TaskCall, parameters: JsonObject, payload: string | undefined) {
  const request = payload === undefined ? parameters : { ...parameters, Payload: payload };
  const response = await call.aws.call('lambda', 'invoke', request, call.signal, { optimized: 'Lambda' });
  const { FunctionError, Payload } = response.result;
  if (FunctionError !== undefined) throw functionError(String(Payload ?? ''));
  return response;
}

/** An error that the function's code threw has its own name. */
function functionError(payload: string): StateError {
  const parsed = parsePayload(payload);
  const named = isObject(parsed) && typeof parsed.errorType === 'string' && parsed.errorType !== '';
  return new StateError(named ? String(parsed.errorType) : 'Lambda.Unknown', payload);
}

function parsePayload(payload: Json | undefined): Json {
  if (typeof payload !== 'string' || payload === '') return payload === undefined || payload === '' ? {} : payload;
  try {
    return JSON.parse(payload) as Json;
  } catch {
    return payload;
  }
}
