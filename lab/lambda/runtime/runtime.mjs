/**
 * The Node.js runtime of one Lambda execution environment loads the handler once, then answers one invocation after
 * another over the IPC channel of `../environment.ts`. It is plain JavaScript, because every cold start pays for it.
 */

import { patchConsole } from './console.mjs';
import { callHandler, loadHandler } from './handler.mjs';
import { answerCloudFormationAtEndpoint } from './response-url.mjs';

const { env } = process;
const send = process.send.bind(process);
const writers = [process.stdout, process.stderr].map((stream) => stream.write.bind(stream));

let requestId;

function describe(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: error.stack?.split('\n') ?? [] };
}

function logError(title, error) {
  const { trace, ...rest } = describe(error);
  console.error(title, `\t${JSON.stringify({ ...rest, ...error, stack: trace })}`);
}

/** Everything printed so far is before this line, so that logs can be distinguished by invocation. */
async function markLogs() {
  await Promise.all(writers.map((write) => new Promise((done) => write(`\0${requestId ?? 'init'}\n`, done))));
}

async function report(message) {
  await markLogs();
  const maxMemoryMb = Math.ceil(process.resourceUsage().maxRSS / 1024);
  await new Promise((done) => send({ requestId, maxMemoryMb, ...message }, done));
}

async function crash(title, error, exitCode) {
  logError(title, error);
  await report({ type: 'crash', error: describe(error) });
  process.exit(exitCode);
}

process.on('disconnect', () => process.exit(0));
process.on('uncaughtException', (error) => void crash('Uncaught Exception', error, 129));
process.on('unhandledRejection', (reason) => {
  const error = new Error(String(reason));
  error.name = 'Runtime.UnhandledPromiseRejection';
  if (reason instanceof Error) error.stack = `${error.name}: ${reason.stack}`;
  void crash('Unhandled Promise Rejection', error, 128);
});

function contextOf(invocation) {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: invocation.clientContext,
    identity: undefined,
    invokedFunctionArn: invocation.functionArn,
    awsRequestId: invocation.requestId,
    getRemainingTimeInMillis: () => Math.max(0, invocation.deadline - Date.now()),
  };
}

function stringify(result) {
  try {
    return JSON.stringify(result ?? null) ?? 'null';
  } catch {
    throw Object.assign(new Error('Unable to stringify response body'), { name: 'Runtime.JSONStringifyError' });
  }
}

async function invoke(handler, invocation) {
  requestId = invocation.requestId;
  env._X_AMZN_TRACE_ID = invocation.traceId;
  try {
    const result = await callHandler(handler, JSON.parse(invocation.event), contextOf(invocation));
    await report({ type: 'result', payload: stringify(result) });
  } catch (error) {
    logError('Invoke Error', error);
    await report({ type: 'error', error: describe(error) });
  }
}

patchConsole(() => requestId);
answerCloudFormationAtEndpoint();
try {
  const handler = await loadHandler(env.LAMBDA_TASK_ROOT, env._HANDLER);
  process.on('message', (invocation) => void invoke(handler, invocation));
  await report({ type: 'ready' });
} catch (error) {
  await crash('Uncaught Exception', error, 1);
}
