import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** `module "vpc" {`, where a line begins. */
const CALL = /^[ \t]*module\s+"[^"]*"\s*\{/gm;
/** `source = "../modules/vpc"`. A source is a text without expressions: https://developer.hashicorp.com/terraform/language/block/module */
const SOURCE = /(?:^|[\s{])source\s*=\s*"([^"$]*)"/;
const isLocal = (source: string) => /^\.\.?\//.test(source);

/**
 * Folders of the local modules that Terraform roots call, directly or through others. A build needs them, wherever in the checkout they are.
 * @param roots paths from the checkout
 * @throws for a module that is not there, or outside of the checkout
 */
export function localModules(projectRoot: string, roots: readonly string[]): string[] {
  const known = new Set<string>(roots);
  const modules = new Set<string>();
  for (const folder of known) {
    for (const name of readdirSync(join(projectRoot, folder))) {
      if (!/\.tf(\.json)?$/.test(name)) continue;
      for (const source of sourcesIn(readFileSync(join(projectRoot, folder, name), 'utf8'), name).filter(isLocal)) {
        const path = join(folder, source).replaceAll('\\', '/').replace(/\/$/, '');
        const called = `runbook.config.ts: stack: ${folder}/${name} calls the module "${source}", and`;
        if (path === '..' || path.startsWith('../'))
          throw new Error(`${called} a build has nothing from outside of the checkout`);
        if (!existsSync(join(projectRoot, path))) throw new Error(`${called} there is no folder ${path}`);
        known.add(path);
        modules.add(path);
      }
    }
  }
  return [...modules].sort();
}

/** The sources of the modules that a file calls. The `source` of a resource is a file. */
function sourcesIn(text: string, name: string): string[] {
  if (name.endsWith('.json')) return sourcesInJson(text);
  return [...text.matchAll(CALL)].flatMap((call) => SOURCE.exec(bodyAt(text, call.index + call[0].length))?.[1] ?? []);
}

/** Up to the brace that closes the block. Braces in texts are none. */
function bodyAt(text: string, start: number): string {
  let depth = 1;
  for (const { 0: token, index } of text.slice(start).matchAll(/"(?:\\.|[^"\\\n])*"|[{}]/g)) {
    if (token === '{') depth += 1;
    if (token === '}') depth -= 1;
    if (depth === 0) return text.slice(start, start + index);
  }
  return text.slice(start);
}

/** A file that is no JSON is Terraform's to refuse. */
function sourcesInJson(text: string): string[] {
  try {
    const file = JSON.parse(text) as { module?: unknown };
    return blocksIn(file.module)
      .flatMap(Object.values)
      .flatMap(blocksIn)
      .flatMap(({ source }) => {
        return typeof source === 'string' ? [source] : [];
      });
  } catch {
    return [];
  }
}

/** A block of Terraform's JSON syntax is an object, or a list of them. */
function blocksIn(value: unknown): Record<string, unknown>[] {
  return [value].flat().filter((one): one is Record<string, unknown> => typeof one === 'object' && one !== null);
}
