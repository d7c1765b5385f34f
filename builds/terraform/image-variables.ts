import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from './settings.ts';

/**
 * What the root's variables of images get. A command that plans no images gives one only where the root has no default: it
 * makes and changes nothing that has it, and Terraform would ask for it.
 */
export function imageVariables(settings: Settings, folder: string): Record<string, string> {
  const { images, imageUris, accountId, region } = settings;
  const none = `sha256:${'0'.repeat(64)}`;
  return Object.fromEntries(
    images.flatMap(({ name, variable, takes, repository }) => {
      const uri = imageUris[name] ?? `${accountId}.dkr.ecr.${region}.amazonaws.com/${repository}@${none}`;
      if (!(name in imageUris) && !isRequired(folder, variable)) return [];
      return [[variable, takes === 'digest' ? uri.slice(uri.indexOf('@') + 1) : uri]];
    }),
  );
}

/** Whether the root declares the variable without a default. */
export function isRequired(folder: string, variable: string): boolean {
  const files = readdirSync(folder).filter((name) => name.endsWith('.tf'));
  return files.some((name) => {
    const block = blockOf(readFileSync(join(folder, name), 'utf8'), variable);
    return block !== undefined && !/^\s*default\s*=/m.test(block);
  });
}

function blockOf(text: string, variable: string): string | undefined {
  const head = new RegExp(`^variable\\s+"${variable}"\\s*\\{`, 'm').exec(text);
  if (!head) return undefined;
  const rest = text.slice(head.index + head[0].length);
  // `terraform fmt` has the end of a block at the beginning of a line; a block of one line ends there.
  const end = /^\s*[^\n]*\}[ \t]*$/m.exec(rest.split('\n', 1)[0] ?? '') ?? /^\}/m.exec(rest);
  return end ? rest.slice(0, end.index + end[0].length) : rest;
}
