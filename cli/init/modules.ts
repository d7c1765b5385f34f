import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import * as z from 'zod';
import { textOf } from './names.ts';
import type { RootBlock, Scope } from './terraform-root.ts';

/** A call of a module: its name in the root, and where it comes from. */
export interface ModuleCall {
  name: string;
  source: string;
  arguments: Readonly<Record<string, unknown>>;
}

/** What a folder declares, as far as modules are about it. */
export interface ModuleSource extends Scope {
  blocks: readonly RootBlock[];
  calls: readonly ModuleCall[];
}

export interface Modules {
  /** Resources and data sources of the modules that can be read, with the address of their module. */
  blocks: RootBlock[];
  /** Sources of the modules that cannot: they are elsewhere, and `terraform init` has not brought them. */
  unread: string[];
  /** Folders of local modules outside of the root, from there. */
  outside: string[];
}

/** What `terraform init` has installed, by the path of the call: https://developer.hashicorp.com/terraform/cli/commands/get */
const manifest = z.object({ Modules: z.array(z.object({ Key: z.string(), Dir: z.string() })) });

const isLocal = (source: string) => /^\.\.?(\/|$)/.test(source);

/** @param read what is declared in a folder */
export async function readModules(
  root: string,
  { calls, variables, locals }: Omit<ModuleSource, 'blocks'>,
  read: (folder: string) => Promise<ModuleSource>,
): Promise<Modules> {
  const installed = await installedIn(root);
  const found: Modules = { blocks: [], unread: [], outside: [] };
  const walk = async (
    folder: string,
    all: readonly ModuleCall[],
    caller: Scope,
    above: readonly string[],
    loops = false,
  ): Promise<void> => {
    for (const { name, source, arguments: given } of all) {
      const path = [...above, name];
      const dir = isLocal(source) ? join(folder, source) : installed.get(path.join('.'));
      // A module that cannot be read is a question, not the end.
      const declared = dir === undefined || path.length > 16 ? undefined : await read(dir).catch(() => undefined);
      if (dir === undefined || declared === undefined) {
        found.unread.push(source);
        continue;
      }
      const from = relative(root, dir);
      if (isLocal(source) && from.startsWith('..')) found.outside.push(from);
      const module = path.map((one) => `module.${one}.`).join('');
      const scope = scopeOf(declared, given, caller);
      const isLooped = loops || 'count' in given || 'for_each' in given;
      const looped = isLooped ? { looped: true as const } : {};
      found.blocks.push(...declared.blocks.map((block) => ({ ...block, module, scope, ...looped })));
      await walk(dir, declared.calls, scope, path, isLooped);
    }
  };
  await walk(root, calls, { variables, locals }, []);
  return { ...found, unread: [...new Set(found.unread)], outside: [...new Set(found.outside)] };
}

/** A variable that is given what only a plan shows has no value. */
function scopeOf({ variables, locals }: Scope, given: ModuleCall['arguments'], caller: Scope): Scope {
  const valued = variables.map(({ default: own, ...variable }) => {
    const value = variable.name in given ? textOf(caller, given[variable.name]) : own;
    return value === undefined ? variable : { ...variable, default: value };
  });
  return { variables: valued, locals, called: true };
}

async function installedIn(root: string): Promise<Map<string, string>> {
  const text = await readFile(join(root, '.terraform/modules/modules.json'), 'utf8').catch(() => '');
  try {
    return new Map(manifest.parse(JSON.parse(text)).Modules.map(({ Key, Dir }) => [Key, join(root, Dir)]));
  } catch {
    return new Map();
  }
}
