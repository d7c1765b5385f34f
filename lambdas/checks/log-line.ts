import { levelOfRecord, levelOfText, plain } from './log-level.ts';

/** Lines without a level that a runtime prints when it dies, or when nobody catches an exception. */
const BARE = [
  /^(?:(?:Uncaught|Unhandled|Caused by:|in thread "[^"]*"|exception[.:])\s*)*(?:[\w$]+(?:\.|::))*[\w$]*(?:Error|Exception)(?![a-z\d_$])/i,
  /^(?:\w+\.)*exceptions?\.\w+/,
  /^(?:Exception in thread|Traceback \(most recent call last\)|Uncaught |Unhandled )/,
  /^(?:PHP )?(?:panic|fatal error|fatal):/i,
  /^thread '.*' panicked at /,
  /^Segmentation fault/,
  /^terminate called after throwing/,
];
const TIME = /^[\s[]*\d[\d\-T:.,Z+/\s[\]]*(?<=[\s\]])/;
/** Members that hold a record's text. */
const TEXTS = ['message', 'msg', '@m', '@mt', 'log', 'short_message', 'body', 'text'];

/** Whether a line of a log reports an error. The first level that the line names decides, whatever its words are. */
export function isErrorLine(line: string): boolean {
  const start = line.indexOf('{');
  const record = start >= 0 ? parse(line.slice(start)) : undefined;
  const before = record ? line.slice(0, start) : line;
  const level = levelOfText(before) ?? (record && levelOfRecord(record));
  if (level !== undefined) return level;
  const text = record && before.trim() === '' ? textOf(record) : undefined;
  return text === undefined ? isBareError(line) : (levelOfText(text) ?? isBareError(text));
}

function isBareError(line: string): boolean {
  const text = plain(line).replace(TIME, '').trimStart();
  return BARE.some((shape) => shape.test(text));
}

function textOf(record: Record<string, unknown>): string | undefined {
  for (const key of TEXTS) if (typeof record[key] === 'string') return record[key];
  return undefined;
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Every line that isErrorLine takes for an error contains one of these. CloudWatch Logs compares them case-sensitively. */
export const ERROR_TERMS: readonly string[] = [
  ...[
    'error',
    'Error',
    'ERR',
    'EROR',
    'FTL',
    'fatal',
    'Fatal',
    'FAT',
    'panic',
    'Panic',
    'PANI',
    'crit',
    'Crit',
    'CRIT',
  ],
  ...['severe', 'Severe', 'SEVERE', 'alert', 'Alert', 'ALERT', 'emerg', 'Emerg', 'EMERG', 'fail', 'Fail', 'FAIL'],
  ...[
    'exception',
    'Exception',
    'Traceback',
    'Unhandled',
    'Uncaught',
    'Segmentation',
    'terminate called',
    '=err',
    '"err"',
  ],
  ...['":50', '": 50', '":60', '": 60', '="50', '=50', '=60'],
  ...[0, 1, 2, 3].flatMap((level) => [
    `level":${level},`,
    `level":${level}}`,
    `level": ${level},`,
    `level": ${level}}`,
  ]),
];

/** Narrows a search in CloudWatch Logs to lines that may be errors. */
export const ERROR_FILTER = ERROR_TERMS.map((term) => `?${/^\w+$/.test(term) ? term : JSON.stringify(term)}`).join(' ');
