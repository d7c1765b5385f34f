import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';

/** How long a process gets between SIGTERM and SIGKILL when the lab stops. */
const GRACE_MS = 5_000;

/**
 * Every child process of the lab. Each leads a process group of its own, so that ending it ends what it started too,
 * and nothing outlives the lab: on stop() they are ended politely, at exit of the lab's own process they are killed.
 */
export class Processes {
  readonly #children = new Set<ChildProcess>();
  #stopping = false;

  constructor() {
    process.once('exit', () => {
      for (const child of this.#children) signalGroup(child, 'SIGKILL');
    });
  }

  spawn(command: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
    if (this.#stopping) throw new Error(`the lab is stopping; not starting ${command}`);
    const child = spawn(command, args, { ...options, detached: true });
    this.#children.add(child);
    // 'exit' and not 'close': a grandchild may hold the pipes open long after the leader is gone.
    child.once('exit', () => this.#children.delete(child));
    child.once('error', () => this.#children.delete(child));
    return child;
  }

  /** SIGTERM to the child's group, SIGKILL after the grace period; resolves when the child is gone. */
  end(child: ChildProcess, graceMs = GRACE_MS): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs);
      child.once('exit', () => {
        clearTimeout(timer);
        resolve();
      });
      signalGroup(child, 'SIGTERM');
    });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all([...this.#children].map((child) => this.end(child)));
  }
}

export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
