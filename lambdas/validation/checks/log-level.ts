/** This module reads the level of a log line in the formats of the loggers of several languages. */

const ERRORS = words(
  'error err erro eror fatal ftl fata fatl critical crit panic pani dpanic severe alert emerg emergency fail failure',
);
const OTHERS = words(
  'trace trce trac trc debug dbug debu dbg verbose vrb fine finer finest config silly http info inf information ' +
    'informational notice warn wrn warning log success default none',
);

/** Accepts `ERROR`, `Warning` and `ERROR+2` alike. @returns undefined for a word that is not a level */
export function isErrorLevel(level: unknown): boolean | undefined {
  if (typeof level === 'number') return isErrorNumber(level);
  if (typeof level !== 'string') return undefined;
  const text = plain(level).trim().toLowerCase();
  if (/^\d+$/.test(text)) return isErrorNumber(Number(text));
  const word = /^[a-z]+/.exec(text)?.[0] ?? '';
  if (ERRORS.has(word)) return true;
  return OTHERS.has(word) ? false : undefined;
}

/**
 * Judges a numeric level. Syslog's and GELF's levels from 0 to 7 decrease in severity, and those of pino and bunyan
 * from 10 to 60 increase. Larger numbers have several meanings.
 */
function isErrorNumber(level: number): boolean | undefined {
  if (level >= 100) return undefined;
  return level < 10 ? level <= 3 : level >= 50;
}

/** These members contain a level. The names are in lower case. */
const KEYS = [
  'level',
  '@l',
  '@level',
  'loglevel',
  'log.level',
  'log_level',
  'levelname',
  'level_name',
  'lvl',
  'severity',
  'severitytext',
  'severity_text',
];

/** @returns undefined when no member is a level */
export function levelOfRecord(record: Readonly<Record<string, unknown>>): boolean | undefined {
  const members = new Map(Object.entries(record).map(([key, value]) => [key.toLowerCase(), value]));
  for (const key of KEYS) {
    const level = isErrorLevel(members.get(key));
    if (level !== undefined) return level;
  }
  const nested = members.get('log');
  if (typeof nested === 'object' && nested !== null) return levelOfRecord(nested as Record<string, unknown>);
  // Serilog's compact format omits the level when it is Information.
  return members.has('@t') && (members.has('@m') || members.has('@mt')) ? false : undefined;
}

/** Matches `level=error`, and the same in JSON that was cut off. */
const KEYED = new RegExp(
  `(?:^|[\\s,{\\[(|])["']?(?:${KEYS.map((key) => key.replace('.', '\\.')).join('|')})["']?\\s*[=:]\\s*["']?([a-z]+|[1-6]0(?!\\d))`,
  'gi',
);
/** Loggers write levels in capitals, and prose seldom does. */
const CAPITALS =
  /(?<!\w)(ERROR|ERR|ERRO|EROR|FATAL|FTL|FATA|CRITICAL|CRIT|PANIC|PANI|DPANIC|SEVERE|ALERT|EMERG|EMERGENCY|TRACE|TRCE|TRAC|TRC|DEBUG|DBUG|DEBU|DBG|VERBOSE|VRB|INFO|INF|WARN|WRN|WARNING)(?!\w)/g;
/** These words also occur in prose. A colon or a bracket after them shows that they are levels. */
const COLON = /(?<!\w)(CONFIG|FINE|FINER|FINEST|NOTICE|LOG|FAIL|HTTP|SUCCESS)(?=\s*[:\]|])/g;
/** Matches the head of a line of klog: `E0131 12:00:00.000000`. */
const KLOG = /(?<!\w)([IWEF])\d{4} \d\d:\d\d:\d\d\.\d{6}(?!\d)/g;
/**
 * In brackets, these words are also names of loggers and modules. Then the line's level is the one that follows
 * immediately.
 */
const NAMES = words('config http log success default none');
const FOLLOWING = /^[\s|]*(?:([A-Z]+)(?!\w)|\[\s*([A-Za-z]+)\s*\]|([A-Za-z]+)\s*[:|])/;
/** Matches `[error]`, `[core:warn]`, `| INFO |`. */
const BRACKETS = /[[|]\s*(?:[\w.-]+:)?([a-z]+)\s*[\]|]/gi;
/** Matches the text before a message: a time, a process, brackets. */
const HEAD = String.raw`^[\s\d\-T:.,Z+/[\]]*`;
/** Matches `error: boom`, `fail: Shop.Worker[0]`, and zap's tabs. */
const OPENING = new RegExp(`${HEAD}(?<!\\w)([a-z]+)\\s*(?::|\\t)`, 'gi');

/** Judges the first level in a line of text. @returns undefined when the line contains none */
export function levelOfText(line: string): boolean | undefined {
  const text = plain(line);
  const found = [KEYED, CAPITALS, COLON, BRACKETS, OPENING].flatMap((shape) =>
    [...text.matchAll(shape)].flatMap((match) => {
      const word = match[1] ?? '';
      const next = shape === BRACKETS ? levelAfterName(word, text.slice(match.index + match[0].length)) : undefined;
      const level = next ?? isErrorLevel(word);
      return level === undefined ? [] : [{ at: match.index + match[0].lastIndexOf(word), level }];
    }),
  );
  for (const { index: at, 1: letter = '' } of text.matchAll(KLOG)) found.push({ at, level: 'EF'.includes(letter) });
  return found.sort((a, b) => a.at - b.at)[0]?.level;
}

function levelAfterName(name: string, rest: string): boolean | undefined {
  if (!NAMES.has(name.toLowerCase())) return undefined;
  const word = FOLLOWING.exec(rest)?.slice(1).find(Boolean);
  return word === undefined ? undefined : isErrorLevel(word);
}

/** Removes the escape codes of terminal colours. */
export function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what is looked for
  return text.replaceAll(/\u001b\[[\d;]*m/g, '');
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}
