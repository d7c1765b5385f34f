import { format } from 'node:util';

const LEVELS = { trace: 'TRACE', debug: 'DEBUG', info: 'INFO', log: 'INFO', warn: 'WARN', error: 'ERROR' };

const withError = (_key, value) =>
  value instanceof Error
    ? { errorType: value.name, errorMessage: value.message, stackTrace: value.stack?.split('\n'), ...value }
    : value;

function jsonLine(requestId, level, values) {
  const line = { timestamp: new Date().toISOString(), level, requestId };
  const message = values.length === 1 ? values[0] : format(...values);
  try {
    return JSON.stringify({ ...line, message }, withError);
  } catch {
    return JSON.stringify({ ...line, message: format(message) });
  }
}

function textLine(requestId, level, values) {
  // One call is one event in CloudWatch Logs, so a line break inside it must not end the line.
  return [new Date().toISOString(), requestId, level, format(...values)].join('\t').replaceAll('\n', '\r');
}

/**
 * Changes `console` so that it writes as Lambda's Node.js runtime does: time, request id and level before each message,
 * or JSON.
 * @param requestId returns the id of the current invocation
 */
export function patchConsole(requestId) {
  const line = process.env.AWS_LAMBDA_LOG_FORMAT === 'JSON' ? jsonLine : textLine;
  for (const [method, level] of Object.entries(LEVELS)) {
    console[method] = (...values) => process.stdout.write(`${line(requestId() ?? 'undefined', level, values)}\n`);
  }
}
