/** The runtime (`runtime/runtime.mjs`) sends these messages about its invocation. */
export type RuntimeMessage = { requestId?: string; maxMemoryMb: number } & (
  | { type: 'ready' }
  | { type: 'result'; payload: string }
  | { type: 'error' | 'crash'; error: FunctionError }
);

/** The wait for a runtime has one of these endings. */
export type Ending =
  | { type: 'message'; message: RuntimeMessage }
  | { type: 'exit'; code: number | null; signal: NodeJS.Signals | null }
  | { type: 'timeout' };

/** The error is the payload of a failed invocation. */
export interface FunctionError {
  errorType: string;
  errorMessage: string;
  trace?: string[];
}

/** Lambda limits a function's answer to this number of bytes. */
const MAX_RESPONSE_BYTES = 6_291_556;

/** Returns what the caller of the invocation gets: the function's answer, or an error in Lambda's own words. */
export function resultOf(
  ending: Ending,
  requestId: string,
  timeoutSeconds: number,
): { payload: string } | { error: FunctionError } {
  const failed = (errorType: string, errorMessage: string) => ({ error: { errorType, errorMessage } });
  if (ending.type === 'timeout') {
    const message = `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
    return failed('Sandbox.Timedout', `RequestId: ${requestId} Error: ${message}`);
  }
  if (ending.type === 'exit') {
    const how = ending.signal ? 'signal: killed' : `exit status ${ending.code}`;
    const why = ending.code === 0 ? 'without providing a reason' : `with error: ${how}`;
    return failed('Runtime.ExitError', `RequestId: ${requestId} Error: Runtime exited ${why}`);
  }
  const { message } = ending;
  switch (message.type) {
    case 'result':
      if (Buffer.byteLength(message.payload) <= MAX_RESPONSE_BYTES) return { payload: message.payload };
      return failed(
        'Function.ResponseSizeTooLarge',
        `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`,
      );
    case 'error':
    case 'crash':
      return { error: message.error };
    case 'ready':
      throw new Error(`the runtime answered invocation ${requestId} before it was asked`);
  }
}
