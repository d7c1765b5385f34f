import type { PlanFile } from '../contracts/plan.ts';

/**
 * Returns the addresses, without indices, of resources whose lifecycle block sets `prevent_destroy`. A plan does not
 * contain the setting, but the plan file contains the configuration that the plan was created from. Terraform requires
 * a literal there; anything but `false` counts.
 */
export function guardedAddresses(lifecycles: PlanFile['lifecycles']): string[] {
  return lifecycles.flatMap(({ module, file, text }) => {
    const prefix = module
      .split('.')
      .filter(Boolean)
      .map((name) => `module.${name}.`)
      .join('');
    const guarded = file.endsWith('.json') ? guardedInJson(text) : guardedIn(text);
    return guarded.map((address) => `${prefix}${address}`);
  });
}

/**
 * Removes the indices: `aws_db_instance.main["a"]` becomes `aws_db_instance.main`, and `module.a[0].x.y` becomes
 * `module.a.x.y`.
 */
export function withoutIndices(address: string): string {
  return address.replaceAll(/\["(?:[^"\\]|\\.)*"\]|\[\d+\]/g, '');
}

function guardedIn(text: string): string[] {
  const guarded: string[] = [];
  /** These are the headers of the blocks that are open, such as `resource`, `aws_db_instance`, `main`. */
  const open: string[][] = [];
  let line: string[] = [];
  for (const token of tokens(text)) {
    if (token === '{') {
      open.push(line);
      line = [];
    } else if (token === '}' || token === '\n') {
      const [outer, inner] = open;
      const [name, equals, value] = line;
      const isGuard = name === 'prevent_destroy' && equals === '=' && value !== 'false';
      if (isGuard && open.length === 2 && outer?.[0] === 'resource' && inner?.[0] === 'lifecycle') {
        guarded.push(`${outer[1]}.${outer[2]}`);
      }
      if (token === '}') open.pop();
      line = [];
    } else line.push(token);
  }
  return guarded;
}

const BLANK = /(?:[^\S\n]|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y;
const WORD = /[\w-]+/y;
const HEREDOC = /<<-?([\w-]+)[^\n]*\n(?:[^\n]*\n)*?[^\S\n]*\1(?=\r?\n|$)/y;

/**
 * Yields the words, newlines and single characters of HCL, without comments. A string becomes the word that it quotes,
 * or an empty text.
 */
function* tokens(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const [blank, heredoc, word] = [BLANK, HEREDOC, WORD].map((pattern) => matchAt(pattern, text, at));
    if (blank) at += blank.length;
    else if (heredoc) {
      at += heredoc.length;
      yield '';
    } else if (text[at] === '"') {
      const end = endOfString(text, at);
      const content = text.slice(at + 1, end - 1);
      yield /^[\w-]+$/.test(content) ? content : '';
      at = end;
    } else {
      yield word ?? (text[at] as string);
      at += word?.length ?? 1;
    }
  }
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** Returns the end of the string that begins at `at`. A template in the string may contain strings of its own. */
function endOfString(text: string, at: number): number {
  let index = at + 1;
  while (index < text.length && text[index] !== '"') {
    const two = text.slice(index, index + 2);
    if (text[index] === '\\') index += 2;
    else if (two === '$$' || two === '%%') index += 2;
    else if (two === '${' || two === '%{') index = endOfTemplate(text, index + 2);
    else index += 1;
  }
  return index + 1;
}

function endOfTemplate(text: string, at: number): number {
  let index = at;
  for (let depth = 1; index < text.length && depth > 0; ) {
    if (text[index] === '"') index = endOfString(text, index);
    else {
      if (text[index] === '{') depth += 1;
      if (text[index] === '}') depth -= 1;
      index += 1;
    }
  }
  return index;
}

type Json = { [key: string]: Json } | Json[] | string | number | boolean | null;

/** Reads the JSON syntax, where a block may be an object, or a list of objects, at every level. */
function guardedInJson(text: string): string[] {
  const root = JSON.parse(text) as Json;
  return blocks(root, 'resource').flatMap((resources) =>
    entries(resources).flatMap(([type, named]) =>
      listOf(named).flatMap((one) =>
        entries(one).flatMap(([name, bodies]) =>
          listOf(bodies).some((body) => blocks(body, 'lifecycle').some(isGuard)) ? [`${type}.${name}`] : [],
        ),
      ),
    ),
  );
}

function isGuard(lifecycle: Json): boolean {
  return entries(lifecycle).some(([key, value]) => key === 'prevent_destroy' && value !== false);
}

function blocks(json: Json, name: string): Json[] {
  return listOf(json).flatMap((one) => entries(one).flatMap(([key, value]) => (key === name ? listOf(value) : [])));
}

function listOf(json: Json): Json[] {
  return Array.isArray(json) ? json : [json];
}

function entries(json: Json): [string, Json][] {
  return json !== null && typeof json === 'object' && !Array.isArray(json) ? Object.entries(json) : [];
}
