import { resolve } from 'node:path';
import { emulatorEnvironment } from '../../lab/emulator/emulator.ts';
import { startForks } from '../../lab/emulator/forks.ts';
import { ACCOUNT_ID } from '../../lab/lab.ts';
import { postgresBinaries } from '../../lab/tools/postgres.ts';
import { pythonWithMoto } from '../../lab/tools/python.ts';

/**
 * The tools that the lab installs where the machine lacks them are installed once, before labs of several files start
 * side by side. The emulators of all files are forks of one process.
 * @returns what ends that process
 */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  const root = resolve(import.meta.dirname, '../..');
  const python = await pythonWithMoto(root);
  await postgresBinaries(root);
  // Several projects have this setup. A fork without an exec is not safe on macOS.
  if (process.env.LAB_EMULATOR_FORKS || process.platform !== 'linux') return undefined;
  const forks = await startForks(python, emulatorEnvironment(ACCOUNT_ID));
  process.env.LAB_EMULATOR_FORKS = forks.socket;
  return async () => {
    delete process.env.LAB_EMULATOR_FORKS;
    await forks.end();
  };
}
