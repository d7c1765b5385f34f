import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, readdir, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** The search for tools reads these facts of a machine; tests give another one. */
export interface Machine {
  readonly env: Record<string, string | undefined>;
  /** Returns the full path of an executable on PATH. */
  which(command: string): Promise<string | undefined>;
  /** Returns the standard output, or undefined if the command does not exist or fails. */
  run(command: string, args: readonly string[], timeoutMs?: number): Promise<string | undefined>;
  /** Returns the names in a folder; the list is empty if there is no such folder. */
  list(folder: string): Promise<string[]>;
  read(file: string): Promise<string | undefined>;
}

/** On a busy machine even `--version` may take half a minute, and no answer would mean that the tool is missing. */
const ASK_TIMEOUT_MS = 120_000;

export const thisMachine: Machine = {
  env: process.env,
  async which(command) {
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      // The project's own node_modules/.bin is on PATH under npm; none of these tools is meant to come from there.
      if (!folder || folder.includes('node_modules')) continue;
      const path = join(folder, command);
      if (await isExecutable(path)) return path;
    }
    return undefined;
  },
  run(command, args, timeoutMs = ASK_TIMEOUT_MS) {
    return new Promise((resolve) => {
      execFile(command, [...args], { timeout: timeoutMs, encoding: 'utf8' }, (error, stdout) =>
        resolve(error ? undefined : stdout),
      );
    });
  },
  async list(folder) {
    return readdir(folder).catch(() => []);
  },
  async read(file) {
    return readFile(file, 'utf8').catch(() => undefined);
  },
};

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
