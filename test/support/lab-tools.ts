import { resolve } from 'node:path';
import { postgresBinaries } from '../../lab/tools/postgres.ts';
import { pythonWithMoto } from '../../lab/tools/python.ts';

/**
 * The tools that the lab installs where the machine lacks them are installed once, before labs of several files start
 * side by side.
 */
export default async function setup(): Promise<void> {
  const root = resolve(import.meta.dirname, '../..');
  await pythonWithMoto(root);
  await postgresBinaries(root);
}
