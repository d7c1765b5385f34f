import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** `source = "../modules/vpc"`, in either syntax of Terraform. */
const LOCAL = /^\s*"?source"?\s*[=:]\s*"(\.\.?\/[^"$]*)"/gm;

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
      for (const [, source = ''] of readFileSync(join(projectRoot, folder, name), 'utf8').matchAll(LOCAL)) {
        const path = join(folder, source).replaceAll('\\', '/').replace(/\/$/, '');
        const called = `runbook.config.ts: stack: ${folder}/${name} calls the module "${source}", and`;
        if (path.startsWith('..')) throw new Error(`${called} a build has nothing from outside of the checkout`);
        if (!existsSync(join(projectRoot, path))) throw new Error(`${called} there is no folder ${path}`);
        known.add(path);
        modules.add(path);
      }
    }
  }
  return [...modules].sort();
}
