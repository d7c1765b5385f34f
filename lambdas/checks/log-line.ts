/** Pino's `error`; everything above is worse. */
const PINO_ERROR = 50;
const ERROR_LEVELS = new Set(['error', 'fatal', 'critical', 'panic', 'severe']);
/** A line that is not JSON: what a runtime prints when it dies, or a logger of the plain kind. */
const PLAIN_ERROR = /\b(ERROR|FATAL|PANIC|CRITICAL)\b|^\s*(Uncaught |Unhandled )?\w*(Error|Exception)\b/;

/** Whether a line of a log reports an error. */
export function isErrorLine(line: string): boolean {
  const level = levelOf(line);
  if (typeof level === 'number') return level >= PINO_ERROR;
  if (typeof level === 'string') return ERROR_LEVELS.has(level.toLowerCase());
  return PLAIN_ERROR.test(line);
}

function levelOf(line: string): unknown {
  if (!line.trimStart().startsWith('{')) return undefined;
  try {
    const { level, severity } = JSON.parse(line) as { level?: unknown; severity?: unknown };
    return level ?? severity;
  } catch {
    return undefined;
  }
}
