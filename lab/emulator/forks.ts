import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ending, Processes } from '../processes.ts';

export interface Forks {
  /** Labs of this account connect to this socket. */
  socket: string;
  end(): Promise<void>;
}

/**
 * Starts a process that forks an emulator for each lab that connects. It loads moto for the first of them, and ends with
 * the caller's process. Emulators end with their labs.
 * @param environment of an emulator
 */
export async function startForks(python: string, environment: NodeJS.ProcessEnv): Promise<Forks> {
  const folder = await mkdtemp(join(tmpdir(), 'lab-forks-'));
  const socket = join(folder, 'socket');
  // Ctrl-C in a terminal does not reach another process group. The end of stdin ends this process.
  const child = spawn(python, ['-m', 'plugin.forks', socket], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: environment,
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  await Promise.race([once(child.stdout, 'data'), ended]);
  return {
    socket,
    async end() {
      child.stdin.end();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface ForkOptions {
  directory: string;
  log: string;
  environment: NodeJS.ProcessEnv;
  processes: Processes;
}

/** @returns the emulator's port, or undefined when nobody forks, or not for this account */
export async function fork(socket: string, options: ForkOptions): Promise<number | undefined> {
  const { processes, directory, log, environment } = options;
  const connection = connect(socket);
  const forked = new ForkedProcess();
  // The event 'close' follows.
  connection.on('error', () => {});
  connection.once('close', () => forked.ended());
  connection.write(`${JSON.stringify({ directory, log, environment })}\n`);
  return new Promise((resolve) => {
    let said = '';
    connection.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const [pid, port, rest] = said.split('\n');
      if (forked.pid === undefined && port !== undefined) {
        forked.pid = Number(pid);
        processes.adopt(forked);
      }
      if (rest !== undefined) resolve(Number(port));
    });
    connection.once('close', () => resolve(undefined));
  });
}

/** The process is a child of another one. Its end is the end of the connection. */
class ForkedProcess extends EventEmitter implements Ending {
  pid: number | undefined;
  exitCode: number | null = null;
  readonly signalCode = null;

  ended(): void {
    this.exitCode = 0;
    this.emit('exit');
  }
}
