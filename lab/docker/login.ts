import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Records that a registry was logged in to. The password itself is of no use here and is not kept. */
export async function logIn(state: string, registry: string): Promise<void> {
  await mkdir(state, { recursive: true });
  await writeFile(file(state), JSON.stringify([...(await registries(state)), host(registry)]));
}

export async function loggedIn(state: string, registry: string): Promise<boolean> {
  return (await registries(state)).includes(host(registry));
}

async function registries(state: string): Promise<string[]> {
  try {
    return JSON.parse(await readFile(file(state), 'utf8')) as string[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

const file = (state: string) => join(state, 'registries.json');
const host = (registry: string) => registry.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
