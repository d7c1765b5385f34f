import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject } from '../json.ts';
import { BuildFailure } from '../report.ts';
import type { Build } from './build.ts';
import type { Reference } from './stack-variables.ts';

/** The files have secret variables, and are in the folder of the build alone. */
export interface SecretFiles {
  all: string;
  /** This file has the variables that a plan does not keep; it is undefined where there are none. */
  ephemeral: string | undefined;
}

interface Secret {
  name: string;
  reference: Reference;
  ephemeral: boolean;
}

/** A destroy uses this text for a value that does not exist any more. */
const GONE = 'unavailable';

/**
 * Reads the secrets that the configuration refers to, and hides each value from the log.
 * @param destroys whether to continue without a value: what exists has to be removed although its secret was removed
 * before
 * @returns undefined where there are no secrets
 * @throws BuildFailure that names variable and reference
 */
export async function writeSecrets(
  build: Build,
  secrets: readonly Secret[],
  destroys: boolean,
): Promise<SecretFiles | undefined> {
  if (secrets.length === 0) return undefined;
  const read = await Promise.all(
    secrets.map(async (secret) => ({ ...secret, value: await textOf(build, secret, destroys) })),
  );
  for (const { value } of read) if (value !== GONE) build.report.hide(value);
  const write = async (file: string, some: typeof read) => {
    const path = join(build.work, file);
    await writeFile(path, JSON.stringify(Object.fromEntries(some.map(({ name, value }) => [name, value]))), {
      mode: 0o600,
    });
    return path;
  };
  const ephemeral = read.filter((one) => one.ephemeral);
  return {
    all: await write('secrets.tfvars.json', read),
    ephemeral: ephemeral.length > 0 ? await write('ephemeral.tfvars.json', ephemeral) : undefined,
  };
}

async function textOf({ report }: Build, { name, reference }: Secret, destroys: boolean): Promise<string> {
  const where = 'ssm' in reference ? `parameter ${reference.ssm}` : `secret ${reference.secretsManager}`;
  try {
    return await read(reference);
  } catch (error) {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    if (!destroys)
      throw new BuildFailure(`variable "${name}" has its value from the ${where}, which could not be read. ${why}`);
    report.log(
      `variable "${name}" has no value, since the ${where} could not be read: ${why}. A destroy goes on without it`,
    );
    return GONE;
  }
}

async function read(reference: Reference): Promise<string> {
  const { parameterValue, secretValue } = await import('../aws/secrets.ts');
  if ('ssm' in reference) return parameterValue(reference.ssm);
  const text = await secretValue(reference.secretsManager);
  return reference.field === undefined ? text : fieldOf(text, reference.field);
}

/** The function's errors have no part of the secret. */
function fieldOf(text: string, field: string): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new Error('it is no JSON, and one of its fields is asked for');
  }
  const value = isObject(parsed) ? parsed[field] : undefined;
  if (value === undefined || value === null) throw new Error(`it has no field "${field}"`);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
