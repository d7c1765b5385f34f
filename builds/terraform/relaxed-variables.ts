import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { maskedCode } from '../declared-variables.ts';
import { isObject } from '../json.ts';

/**
 * In the build's copy of a root, declares variables without type and conditions, for a destroy that has no value for them: Terraform refuses
 * any other value before it plans, and a destroy needs none. Whether they are sensitive or ephemeral stays as it is.
 * @param folder of the root
 */
export function relaxVariables(folder: string, names: readonly string[]): void {
  if (names.length === 0) return;
  for (const name of readdirSync(folder).filter((one) => /\.(tf|tofu)(\.json)?$/.test(one))) {
    const path = join(folder, name);
    const before = readFileSync(path, 'utf8');
    const after = name.endsWith('.json') ? inJson(before, names) : inNativeSyntax(before, names);
    if (after !== before) writeFileSync(path, after);
  }
}

const KEPT = ['sensitive', 'ephemeral'] as const;

function inNativeSyntax(text: string, names: readonly string[]): string {
  const source = text.replaceAll('\r\n', '\n');
  const code = maskedCode(source);
  let done = 0;
  let result = '';
  for (const { index } of code.matchAll(/^[ \t]*variable[ \t]/gm)) {
    const [head = '', quoted, bare] =
      /^[ \t]*variable[ \t]+(?:"([^"]*)"|([\w-]+))[ \t]*\{/.exec(source.slice(index)) ?? [];
    const end = endOf(code, index + head.length);
    const name = quoted ?? bare;
    if (name === undefined || !names.includes(name) || end === undefined) continue;
    const body = source.slice(index + head.length, end - 1);
    const kept = KEPT.filter((one) => new RegExp(`(?:^|\\n)[ \\t]*${one}[ \\t]*=[ \\t]*true\\b`).test(`\n${body}`));
    result += `${source.slice(done, index)}variable "${name}" {\n${kept.map((one) => `  ${one} = true\n`).join('')}}`;
    done = end;
  }
  return done === 0 ? text : result + source.slice(done);
}

/** Behind the brace that ends a block. */
function endOf(code: string, start: number): number | undefined {
  let depth = 1;
  for (let at = start; at < code.length; at += 1) {
    if (code[at] === '{') depth += 1;
    if (code[at] === '}') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return undefined;
}

function inJson(text: string, names: readonly string[]): string {
  const content: unknown = JSON.parse(text);
  if (!isObject(content)) return text;
  const blocks = [content.variable].flat().filter(isObject);
  const found = blocks.flatMap((block) => names.filter((name) => name in block).map((name) => ({ block, name })));
  for (const { block, name } of found) {
    const bodies = [block[name]].flat().filter(isObject);
    block[name] = Object.fromEntries(
      KEPT.flatMap((one) => (bodies.some((body) => body[one] === true) ? [[one, true]] : [])),
    );
  }
  return found.length === 0 ? text : JSON.stringify(content, undefined, 2);
}
