import { DockerfileParser, type Instruction } from 'dockerfile-ast';
import { DockerfileError } from './dockerfile-error.ts';

/** A step is one instruction of a Dockerfile, before variables are expanded. */
export interface Step {
  keyword: string;
  /** The number is for messages; the first line is 1. */
  line: number;
  /** The text is all that follows keyword and flags, on one line. */
  text: string;
  flags: Record<string, string>;
  /** The member is present when the arguments are in exec form: `["node", "main.mjs"]`. */
  exec?: string[];
  /** The text is the body of a here-document. */
  heredoc?: string;
  /** The properties are the names and values (still quoted) of ARG, ENV and LABEL. */
  properties: [string, string | undefined][];
}

/** These instructions are interpreted; ONBUILD and SHELL are not, and cause an error. */
const KEYWORDS = new Set(
  'FROM ARG ENV WORKDIR COPY ADD RUN USER EXPOSE CMD ENTRYPOINT HEALTHCHECK LABEL STOPSIGNAL VOLUME MAINTAINER'.split(
    ' ',
  ),
);

/** @throws DockerfileError that names line and instruction */
export function parseDockerfile(text: string): Step[] {
  const steps = DockerfileParser.parse(text)
    .getInstructions()
    .map((instruction) => toStep(instruction, text));
  for (const { keyword, line } of steps) {
    if (!KEYWORDS.has(keyword))
      throw new DockerfileError(`dockerfile parse error on line ${line}: unknown instruction: ${keyword}`);
  }
  const first = steps.find(({ keyword }) => keyword !== 'ARG');
  if (first?.keyword !== 'FROM') throw new DockerfileError('dockerfile parse error: no build stage in current context');
  return steps;
}

/** The library's classes differ by instruction; these members exist where they make sense. */
interface Detailed {
  getFlags?(): { getName(): string; getValue(): string | null }[];
  getProperties?(): { getName(): string; getUnescapedValue(): string | null }[];
  getHeredocs?(): { getContentRange(): { start: { line: number }; end: { line: number } } | null }[];
}

function toStep(instruction: Instruction, source: string): Step {
  const detailed = instruction as unknown as Detailed;
  const flags = detailed.getFlags?.() ?? [];
  const step: Step = {
    keyword: instruction.getKeyword(),
    line: instruction.getRange().start.line + 1,
    text: joinLines(instruction.getRawArgumentsContent() ?? ''),
    flags: Object.fromEntries(flags.map((flag) => [flag.getName(), flag.getValue() ?? ''])),
    properties: (detailed.getProperties?.() ?? []).map((p) => [p.getName(), p.getUnescapedValue() ?? undefined]),
  };
  const heredoc = detailed.getHeredocs?.()[0]?.getContentRange();
  if (heredoc) {
    const lines = source.split('\n').slice(heredoc.start.line, heredoc.end.line + 1);
    return { ...step, heredoc: lines.join('\n') };
  }
  const exec = execForm(step.text);
  return exec ? { ...step, exec } : step;
}

/** A backslash continues a line; comment lines in between do not count. */
function joinLines(raw: string): string {
  return raw.replace(/\\[ \t]*\r?\n(?:[ \t]*#[^\n]*\n)*/g, ' ').trim();
}

function execForm(text: string): string[] | undefined {
  if (!text.startsWith('[')) return undefined;
  try {
    const words: unknown = JSON.parse(text);
    return Array.isArray(words) && words.every((word) => typeof word === 'string') ? words : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Expands `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME:+other}` outside single quotes, and then removes quotes
 * and backslashes, as Docker does for everything but RUN, CMD and ENTRYPOINT.
 */
export function expand(text: string, variables: Record<string, string>): string {
  const pattern = /'([^']*)'|\\(.)|"|\$\{(\w+)(?::([-+])([^}]*))?\}|\$(\w+)/g;
  return text.replace(pattern, (match, single, escaped, braced, operator, word, plain) => {
    if (single !== undefined) return single;
    if (escaped !== undefined) return escaped;
    if (match === '"') return '';
    const value = variables[braced ?? plain] ?? '';
    if (operator === '-') return value === '' ? expand(word, variables) : value;
    if (operator === '+') return value === '' ? '' : expand(word, variables);
    return value;
  });
}

/** Splits at blanks outside quotes. */
export function words(text: string): string[] {
  return text.match(/(?:"[^"]*"|'[^']*'|\\.|\S)+/g) ?? [];
}
