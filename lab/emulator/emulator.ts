import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Processes } from '../processes.ts';
import { fork } from './forks.ts';

export interface Emulator {
  /** The form is `http://127.0.0.1:PORT`. */
  endpoint: string;
  /** Gives the emulator's plug-in the address of the lab's own services. */
  setGateway(endpoint: string): Promise<void>;
}

export interface EmulatorOptions {
  directory: string;
  processes: Processes;
  /** This Python has moto's server. */
  python: string;
  /** Calls with unknown credentials belong to this account. */
  accountId: string;
  /** The socket of a process that forks emulators (`forks.ts`). Without it, or where it refuses, one is started. */
  forks?: string | undefined;
  log(message: string): void;
}

const LOG_TAIL_LINES = 25;

/**
 * Starts moto's server with the plug-in of `plugin/` on a free port; resolves when it answers. Its output is in
 * `<directory>/emulator.log`.
 * @throws with the end of that log when it ends before it answers
 */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const started = performance.now();
  const logFile = join(options.directory, 'emulator.log');
  const environment = emulatorEnvironment(options.accountId);
  const forked = options.forks ? await fork(options.forks, { ...options, log: logFile, environment }) : undefined;
  const port = forked ?? (await start(options, logFile, environment));
  const endpoint = `http://127.0.0.1:${port}`;
  options.log(`emulator: ${endpoint} after ${Math.round(performance.now() - started)} ms`);
  return {
    endpoint,
    async setGateway(gateway) {
      const response = await fetch(`${endpoint}/_lab/gateway`, {
        method: 'PUT',
        body: JSON.stringify({ endpoint: gateway }),
      });
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`the emulator refused the gateway: ${response.status}`);
    },
  };
}

/** Returns another emulator (LocalStack, AWS Emulator, moto elsewhere) in moto's place. It keeps its own behaviour. */
export function externalEmulator(endpoint: string): Emulator {
  return { endpoint: endpoint.replace(/\/$/, ''), setGateway: async () => {} };
}

/** @returns the port */
function start(options: EmulatorOptions, logFile: string, env: NodeJS.ProcessEnv): Promise<number> {
  const log = openSync(logFile, 'a');
  // The server announces its port on the fourth descriptor; when its stdin closes, for whatever reason, it ends.
  const child = options.processes.spawn(options.python, ['-m', 'plugin', '3'], {
    cwd: options.directory,
    stdio: ['pipe', log, log, 'pipe'],
    env,
  });
  closeSync(log);
  return announcedPort(child, logFile);
}

export function emulatorEnvironment(accountId: string): NodeJS.ProcessEnv {
  // An endpoint in the caller's environment would send the emulator's own calls somewhere else.
  const { AWS_ENDPOINT_URL: _, AWS_PROFILE: __, PYTHONPATH, ...inherited } = process.env;
  return {
    ...inherited,
    PYTHONPATH: [import.meta.dirname, PYTHONPATH].filter(Boolean).join(delimiter),
    PYTHONUNBUFFERED: '1',
    MOTO_ACCOUNT_ID: accountId,
    // Roles attach AWS's own policies; moto has them, but loads them only with this setting.
    MOTO_IAM_LOAD_MANAGED_POLICIES: 'true',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

async function announcedPort(child: ChildProcess, logFile: string): Promise<number> {
  const failed = once(child, 'error').then(([error]) => {
    throw new Error(`the emulator could not be started: ${(error as Error).message}`);
  });
  const announced = text(child.stdio[3] as Readable);
  const port = Number((await Promise.race([announced, failed])).trim());
  if (port) return port;
  if (child.exitCode === null && child.signalCode === null) await Promise.race([once(child, 'exit'), failed]);
  const tail = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
  throw new Error(
    `the emulator ended (${child.signalCode ?? `exit code ${child.exitCode}`}) before it answered:\n${tail}`,
  );
}
