import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabContext } from './context.ts';

export interface Program {
  /** The error of a failure has this name. */
  name: string;
  /** The arguments are those of Node.js: the script first. */
  args: readonly string[];
  cwd: string;
  /** The variables are added to this process's own. */
  env: Record<string, string>;
  /** The program's output is appended to this file of the lab's directory. */
  log: string;
  /** The signal ends the program. */
  signal?: AbortSignal | undefined;
}

const LOG_TAIL_LINES = 40;

/** Runs a Node.js program to its end. @throws {Error} with the end of its output when it fails */
export async function runProgram({ processes, directory }: LabContext, program: Program): Promise<void> {
  const { name, args, cwd, env, signal } = program;
  const logFile = join(directory, program.log);
  const log = createWriteStream(logFile, { flags: 'a' });
  const child = processes.spawn(process.execPath, [...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const abort = () => void processes.end(child);
  signal?.addEventListener('abort', abort, { once: true });
  const ended = new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, by) => resolve(code === null ? `signal ${by}` : `exit code ${code}`));
  });
  for (const stream of [child.stdout, child.stderr]) stream?.pipe(log, { end: false });
  const outcome = await ended.finally(() => signal?.removeEventListener('abort', abort));
  await new Promise<void>((resolve) => log.end(resolve));
  if (outcome === 'exit code 0') return;
  const tail = (await readFile(logFile, 'utf8')).trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
  throw new Error(`${name} ended with ${outcome}:\n${tail}`);
}
