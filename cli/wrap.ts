import { stripVTControlCharacters } from 'node:util';
import wrapAnsi from 'wrap-ansi';

/** A column that begins further right than this share of the screen leaves too little room for its text. */
const WIDEST_HEAD = 0.6;
/** A command stays on its line, because people copy it. */
const COMMAND = /(?:^|\s)(?:npx|npm|aws|terraform) [a-z-]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with an escape character
const COLOUR = /\u001b\[[\d;]*m/y;

/**
 * Breaks the lines that are wider than the screen between words. Continued lines begin below the last column of a
 * table, or below the beginning of the text. A word that is wider than the screen, such as an ARN, stays whole, and so
 * does a line with a command.
 * @param columns width of the screen in characters; undefined where there is no screen, and lines stay as they are
 */
export function wrap(text: string, columns: number | undefined): string {
  if (!columns) return text;
  return text
    .split('\n')
    .map((line) => (stripVTControlCharacters(line).length <= columns ? line : wrapLine(line, columns)))
    .join('\n');
}

function wrapLine(line: string, columns: number): string {
  const plain = stripVTControlCharacters(line);
  const indent = indentOf(plain, columns);
  if (COMMAND.test(plain)) return line;
  const at = indexOf(line, indent);
  const rest = wrapAnsi(line.slice(at), columns - indent, { hard: false, trim: true });
  return line.slice(0, at) + rest.replaceAll('\n', `\n${' '.repeat(indent)}`);
}

function indentOf(plain: string, columns: number): number {
  const gaps = [...plain.matchAll(/\s{2,}(?=\S)/g)].map(({ index, 0: gap }) => index + gap.length);
  return gaps.findLast((end) => end <= columns * WIDEST_HEAD) ?? /^\s*/.exec(plain)?.[0].length ?? 0;
}

/** Returns the index of the n-th visible character. */
function indexOf(line: string, n: number): number {
  let index = 0;
  for (let seen = 0; seen < n; ) {
    COLOUR.lastIndex = index;
    const colour = COLOUR.exec(line)?.[0];
    index += colour?.length ?? 1;
    if (!colour) seen += 1;
  }
  return index;
}
