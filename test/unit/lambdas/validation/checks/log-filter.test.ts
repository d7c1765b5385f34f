import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ERROR_TERMS, isErrorLine } from '../../../../../lambdas/validation/checks/log-line.ts';

/** Loggers use these words for the level of an error. */
const LEVELS =
  'error err erro eror fatal ftl fata fatl critical crit panic pani dpanic severe alert emerg emergency fail failure'
    .split(' ')
    .flatMap((word) => [word, word.charAt(0).toUpperCase() + word.slice(1), word.toUpperCase()]);
const NUMBERS = [0, 1, 2, 3, 50, 55, 60];
const WORD_KEYS = [
  'level',
  'Level',
  '@l',
  '@level',
  'lvl',
  'LogLevel',
  'log.level',
  'levelname',
  'severity',
  'SeverityText',
];
const NUMBER_KEYS = [
  'level',
  'Level',
  '@l',
  '@level',
  'lvl',
  'LogLevel',
  'log.level',
  'log_level',
  'severity',
  'Severity',
];
/** The text contains no level and no term of the filter. */
const quiet = fc.stringMatching(/^[ghjkmoquvwxz ]{0,12}$/);
const object = fc.tuple(quiet, fc.boolean(), fc.boolean());
const asJson = (key: string, level: string | number, [text, last, spaced]: [string, boolean, boolean]) => {
  const json = JSON.stringify(last ? { m: text, [key]: level } : { [key]: level, m: text });
  return spaced ? json.replaceAll('":', '": ').replaceAll(',"', ', "') : json;
};
const ofWords = (level: string): ((text: string) => string)[] => [
  ...['level', 'lvl', 'severity', 'log.level'].flatMap((key) => [
    (text: string) => `t=x ${key}=${level} m="${text}"`,
    (text: string) => `${key}: ${level}, m: ${text}`,
  ]),
  (text) => `2026-01-31 12:00:00 worker[7]: [${level}] ${text}`,
  (text) => `2026-01-31 12:00:00 | ${level} | ${text}`,
  (text) => `${level}: ${text}`,
  (text) => `2026-01-31T12:00:00Z\t${level}\t${text}`,
  (text) => `{"log":{"level":"${level}"},"m":"${text}"}`,
  (text) => `{"level":"${level}","m":"cut off ${text}`,
];
const errorLine = fc.oneof(
  fc.tuple(fc.constantFrom(...WORD_KEYS), fc.constantFrom(...LEVELS), object).map((all) => asJson(...all)),
  fc.tuple(fc.constantFrom(...NUMBER_KEYS), fc.constantFrom(...NUMBERS), object).map((all) => asJson(...all)),
  fc
    .tuple(fc.constantFrom(...NUMBER_KEYS), fc.constantFrom('0', '1', '2', '3', '50', '60'), object)
    .map((all) => asJson(...all)),
  fc
    .tuple(fc.constantFrom(...LEVELS), fc.nat(), quiet)
    .map(([level, at, text]) => ofWords(level)[at % ofWords(level).length]?.(text) ?? ''),
);
/** Applies the rule of CloudWatch Logs for optional terms: a line must contain one of them, in the same case. */
const passes = (line: string) => ERROR_TERMS.some((term) => line.includes(term));

describe('the filter of CloudWatch Logs', () => {
  test('lets every level through in every shape, and each is an error', () => {
    fc.assert(
      fc.property(errorLine, (line) => {
        expect([line, passes(line), isErrorLine(line)]).toEqual([line, true, true]);
      }),
      { numRuns: 4_000 },
    );
  });

  test('lets a line through whenever that is an error, whatever its case and its spaces are', () => {
    const odd = fc
      .tuple(errorLine, fc.array(fc.boolean(), { minLength: 1 }), fc.constantFrom('', ' ', '\t'))
      .map(([line, ups, space]) =>
        [...line]
          .map((one, at) => (ups[at % ups.length] ? one.toUpperCase() : one))
          .join('')
          .replaceAll(':', `${space}:${space}`),
      );
    fc.assert(
      fc.property(odd, (line) => !isErrorLine(line) || passes(line)),
      { numRuns: 2_000 },
    );
  });
});
