import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The variable is one that a Terraform root declares. */
export interface Declared {
  sensitive: boolean;
  /** The value is in no plan, so an apply needs it again. */
  ephemeral: boolean;
  hasDefault?: true | undefined;
}

/**
 * The expression matches comments, heredocs and texts, so that no brace or word within one counts. A text keeps its
 * place as `""`.
 */
const NO_CODE = /\/\*[\s\S]*?\*\/|(?:#|\/\/)[^\n]*|<<-?(\w+)\n[\s\S]*?\n[ \t]*\1[ \t]*(?=\n|$)|"((?:[^"\\\n]|\\.)*)"/g;

/**
 * Returns the variables of a root, in the order of their names. Files that end with `_override` change what others
 * declare.
 * @param folder of the root
 */
export function declaredVariables(folder: string): Map<string, Declared> {
  const all = readdirSync(folder).flatMap((name): [string, Declared][] => {
    if (/\.(tf|tofu)$/.test(name)) return inNativeSyntax(readFileSync(join(folder, name), 'utf8'));
    if (/\.(tf|tofu)\.json$/.test(name)) return inJson(readFileSync(join(folder, name), 'utf8'));
    return [];
  });
  const declared = new Map<string, Declared>();
  for (const [name, { sensitive, ephemeral, hasDefault }] of all) {
    const known = declared.get(name);
    declared.set(name, {
      sensitive: sensitive || (known?.sensitive ?? false),
      ephemeral: ephemeral || (known?.ephemeral ?? false),
      hasDefault: hasDefault ?? known?.hasDefault,
    });
  }
  return new Map([...declared].sort(([one], [other]) => (one < other ? -1 : 1)));
}

function inNativeSyntax(source: string): [string, Declared][] {
  const names: string[] = [];
  const code = source.replaceAll('\r\n', '\n').replaceAll(NO_CODE, (whole, _heredoc, text?: string) => {
    if (!whole.startsWith('"')) return ' ';
    names.push(text ?? '');
    return `"${names.length - 1}"`;
  });
  return [...code.matchAll(/^[ \t]*variable[ \t]+(?:"(\d+)"|([A-Za-z_][\w-]*))[ \t]*\{/gm)].map((found) => {
    const [head, index, bare] = found;
    const body = bodyFrom(code, found.index + head.length);
    const has = (word: string) => new RegExp(`(?:^|[\\n{])[ \\t]*${word}`).test(body);
    const is = (word: string) => has(`${word}[ \\t]*=[ \\t]*true\\b`);
    const name = bare ?? names[Number(index)] ?? '';
    const hasDefault = has('default[ \\t]*=') || undefined;
    return [name, { sensitive: is('sensitive'), ephemeral: is('ephemeral'), hasDefault }];
  });
}

/** Returns what is directly in a block, without the blocks and values within it. */
function bodyFrom(code: string, start: number): string {
  let depth = 1;
  let body = '';
  for (let at = start; at < code.length && depth > 0; at += 1) {
    const character = code[at] ?? '';
    if (/[{[(]/.test(character)) depth += 1;
    else if (/[}\])]/.test(character)) depth -= 1;
    else if (depth === 1) body += character;
  }
  return body;
}

function inJson(source: string): [string, Declared][] {
  const { variable } = JSON.parse(source) as { variable?: unknown };
  const blocks = (Array.isArray(variable) ? variable : [variable ?? {}]) as Record<string, unknown>[];
  return blocks.flatMap(Object.entries).map(([name, given]): [string, Declared] => {
    const block = ((Array.isArray(given) ? given[0] : given) ?? {}) as Record<string, unknown>;
    const hasDefault = 'default' in block || undefined;
    return [name, { sensitive: block.sensitive === true, ephemeral: block.ephemeral === true, hasDefault }];
  });
}
