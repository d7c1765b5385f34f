import { type ChildProcess, execFile } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { vi } from 'vitest';
import type { LabContext } from '../../../lab/context.ts';

const run = promisify(execFile);

export type LogLine = Record<string, unknown> & { msg: string };

/**
 * The process is a service of the order platform as its image would run it: the bundle, on Node, configured by its
 * environment.
 */
export class ServiceProcess {
  readonly lines: LogLine[] = [];
  readonly #child: ChildProcess;

  constructor(child: ChildProcess) {
    this.#child = child;
    if (!child.stdout) throw new Error('no stdout');
    createInterface({ input: child.stdout }).on('line', (line) => this.lines.push(JSON.parse(line)));
  }

  /** Returns the first line, from now or before, whose message matches. */
  line(msg: RegExp, timeout = 30_000): Promise<LogLine> {
    const find = () => {
      const found = this.lines.find((line) => msg.test(line.msg));
      if (!found) throw new Error(`no line ${msg} in:\n${this.lines.map((line) => line.msg).join('\n')}`);
      return found;
    };
    return vi.waitFor(find, { timeout, interval: 20 });
  }

  count(msg: RegExp): number {
    return this.lines.filter((line) => msg.test(line.msg)).length;
  }

  /** @returns exit code, or null when the signal itself ended the process */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exit = once(this.#child, 'exit');
      this.#child.kill(signal);
      await exit;
    }
    return this.#child.exitCode;
  }

  async exited(): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
    return this.#child.exitCode;
  }
}

/** Bundles a service as its Dockerfile does. @returns the path of the bundle */
export async function bundle(context: LabContext, service: 'api' | 'worker' | 'migrate'): Promise<string> {
  const outfile = join(context.directory, 'services', service, 'main.mjs');
  await run(process.execPath, ['services/build.ts', service, outfile], { cwd: context.projectRoot });
  return outfile;
}

export function startService(context: LabContext, bundleFile: string, environment: Record<string, string>) {
  return new ServiceProcess(
    context.processes.spawn(process.execPath, [bundleFile], {
      env: { PATH: process.env.PATH, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
}
