import type { PlanFile } from '../contracts/plan.ts';

/**
 * Addresses, without indices, of resources whose lifecycle block says `prevent_destroy`. A plan does not say so, but its file holds
 * the configuration that it was made from. Terraform takes a literal there; anything but `false` counts.
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

/** `aws_db_instance.main` of `aws_db_instance.main["a"]`; `module.a.x.y` of `module.a[0].x.y`. */
export function withoutIndices(address: string): string {
  return address.replaceAll(/\["(?:[^"\\]|\\.)*"\]|\[\d+\]/g, '');
}

function guardedIn(text: string): string[] {
  const guarded: string[] = [];
  /** Headers of the blocks that are open: `resource`, `aws_db_instance`, `main`. */
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

/** Words, newlines and single characters of HCL; no comments. A string is the word that it quotes, or empty. */
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

/** Of a string that begins at `at`: a template in it may hold strings of its own. */
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

/** A block may be an object, or a list of objects, at every level. */
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
