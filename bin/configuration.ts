import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Config, parseConfig } from '../lib/config/config.ts';

export const projectRoot = resolve(import.meta.dirname, '..');

/**
 * Reads the configuration. One checkout may serve several accounts, each with a file of its own, which RUNBOOK_CONFIG
 * names. A file that does not exist ends the program.
 */
export async function readConfiguration(): Promise<Config> {
  const file = resolve(projectRoot, process.env.RUNBOOK_CONFIG ?? 'runbook.config.ts');
  if (!existsSync(file)) {
    process.stderr.write(
      `configuration file ${file} does not exist: RUNBOOK_CONFIG names a file, or is unset for runbook.config.ts\n`,
    );
    process.exit(1);
  }
  const { default: config } = (await import(pathToFileURL(file).href)) as { default: unknown };
  return parseConfig(config);
}
