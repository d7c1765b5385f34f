import * as z from 'zod';
import { exceedsDataLimit, type Json, syntaxError } from '../json.ts';
import type { Operation } from './account.ts';
import { invalidOutput } from './errors.ts';
import { parameters } from './parameters.ts';

const taskToken = z.object({ taskToken: z.string().min(1).max(2048) });

export const sendTaskSuccess: Operation = ({ tokens }, params) => {
  const input = parameters(taskToken.extend({ output: z.string() }), params);
  tokens.require(input.taskToken);
  tokens.succeed(input.taskToken, parseOutput(input.output));
  return {};
};

function parseOutput(text: string): Json {
  let output: Json;
  try {
    output = JSON.parse(text) as Json;
  } catch (error) {
    throw invalidOutput(syntaxError(text, error));
  }
  if (exceedsDataLimit(output)) throw invalidOutput('The output exceeds the maximum of 262144 bytes');
  return output;
}

const failureSchema = taskToken.extend({
  error: z.string().max(256).optional(),
  cause: z.string().max(32_768).optional(),
});

export const sendTaskFailure: Operation = ({ tokens }, params) => {
  const { taskToken: token, error, cause } = parameters(failureSchema, params);
  tokens.fail(token, error, cause);
  return {};
};

export const sendTaskHeartbeat: Operation = ({ tokens }, params) => {
  tokens.heartbeat(parameters(taskToken, params).taskToken);
  return {};
};
