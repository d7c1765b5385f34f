import { readFile, writeFile } from 'node:fs/promises';
import type { Root } from './build.ts';

/** Writes a file of Terraform variables; one that is undefined is not set. */
export async function writeVariables(file: string, values: Readonly<Record<string, unknown>>): Promise<void> {
  const sorted = Object.entries(values).sort(([one], [other]) => (one < other ? -1 : 1));
  await writeFile(file, `${JSON.stringify(Object.fromEntries(sorted), undefined, 2)}\n`);
}

/**
 * Continues with variables that the run has kept, since owner and expiry are in tags of everything: with those of
 * another execution, everything would change. @param changes the new values
 */
export async function takeVariables(
  file: string,
  kept: Buffer,
  changes: Readonly<Record<string, unknown>>,
): Promise<void> {
  const values = JSON.parse(kept.toString()) as Record<string, unknown>;
  await writeVariables(file, { ...values, ...changes });
}

/** Returns the options by which Terraform gets all variables of a root. */
export function variableFiles({ variablesFile, secrets }: Pick<Root, 'variablesFile' | 'secrets'>): string[] {
  return [variablesFile, ...(secrets ? [secrets.all] : [])].map((file) => `-var-file=${file}`);
}

export const readVariables = (file: string) => readFile(file);
