import { levelOfRecord, levelOfText, plain } from './log-level.ts';

/** A runtime prints these lines without a level when it crashes, or when an exception is not caught. */
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
/** These members contain the text of a record. */
const TEXTS = ['message', 'msg', '@m', '@mt', 'log', 'short_message', 'body', 'text'];

/**
 * Reports whether a log line is an error. The first level in the line decides, whatever its words are. A line without
 * any of ERROR_TERMS is not an error: the search in CloudWatch Logs does not return it either.
 */
export function isErrorLine(line: string): boolean {
  return ERROR_TERMS.some((term) => line.includes(term)) && reportsError(line);
}

function reportsError(line: string): boolean {
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

const cases = (word: string) => [word, `${word.charAt(0).toUpperCase()}${word.slice(1)}`, word.toUpperCase()];
const months = Array.from({ length: 12 }, (_, month) => String(month + 1).padStart(2, '0'));

/**
 * Every line that isErrorLine accepts as an error contains one of these terms. CloudWatch Logs compares them
 * case-sensitively: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export const ERROR_TERMS: readonly string[] = [
  ...['err', 'eror', 'fat', 'ftl', 'crit', 'pani', 'severe', 'alert', 'emerg', 'fail'].flatMap(cases),
  ...['xception', 'XCEPTION', 'Traceback', 'Unhandled', 'Uncaught', 'Segmentation', 'terminate called'],
  ...['=50', '=60', '="50', '="60', ':"50', ':"60', ': "50', ': "60'],
  // The keys of numeric levels end in these letters. Most numbers in a log are not levels.
  ...['l":', 'y":'].flatMap((key) => ['5', '60', ' 5', ' 60'].map((level) => `${key}${level}`)),
  ...['0', '1', '2', '3'].flatMap((level) => [
    ...['l":', 'l": ', 'y":', 'y": '].flatMap((key) => [`${key}${level},`, `${key}${level}}`]),
    ...[':"', ': "'].map((before) => `${before}${level}"`),
  ]),
  // klog writes the level and the month first.
  ...['E', 'F'].flatMap((level) => months.map((month) => `${level}${month}`)),
];

/** Narrows a search in CloudWatch Logs to lines that may be errors. */
export const ERROR_FILTER = ERROR_TERMS.map((term) => `?${/^\w+$/.test(term) ? term : JSON.stringify(term)}`).join(' ');
