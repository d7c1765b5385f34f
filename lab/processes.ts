import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';

/** A process gets this time between SIGTERM and SIGKILL when the lab stops. */
const GRACE_MS = 5_000;

/**
 * The script reads which groups there are, `+ 12` and `- 12`. The lab's end, for whatever reason, is the end of its
 * input.
 */
const WATCHDOG = `
declare -A groups
while read -r change group; do
  if [[ $change == + ]]; then groups[$group]=1; else unset "groups[$group]"; fi
done
for group in "\${!groups[@]}"; do kill -KILL -- "-$group"; done 2>/dev/null
[[ -z $1 ]] || rm -rf -- "$1"`;

/** A process whose end is an event: a child, or one that another process has forked. */
export interface Ending {
  readonly pid?: number | undefined;
  readonly exitCode: number | null;
  readonly signalCode: NodeJS.Signals | null;
  once(event: 'exit' | 'error', listener: () => void): unknown;
}

/**
 * The class has every child process of the lab. Each leads a process group of its own, so that its end includes what it
 * started, and nothing outlives the lab: stop() ends them with a grace period, the exit of the lab's own process kills
 * them, and if that process is killed itself, a watchdog kills them.
 */
export class Processes {
  readonly #children = new Set<Ending>();
  readonly #watchdog: ChildProcess;
  #stopping = false;

  /** @param scratch folder that is removed with the processes, when there is one */
  constructor(scratch = '') {
    this.#watchdog = spawn('bash', ['-c', WATCHDOG, 'watchdog', scratch], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    // Without bash or a watchdog there is still the exit below.
    this.#watchdog.on('error', () => {});
    this.#watchdog.stdin?.on('error', () => {});
    this.#watchdog.unref();
    process.once('exit', () => {
      for (const child of this.#children) signalGroup(child, 'SIGKILL');
    });
  }

  spawn(command: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
    if (this.#stopping) throw new Error(`the lab is stopping; not starting ${command}`);
    const child = spawn(command, args, { ...options, detached: true });
    this.adopt(child);
    return child;
  }

  /** Ends a process with the lab that leads a process group of its own. */
  adopt(child: Ending): void {
    this.#children.add(child);
    this.#watch('+', child);
    const forget = () => {
      this.#children.delete(child);
      this.#watch('-', child);
    };
    // The event is 'exit' and not 'close': a grandchild may hold the pipes open long after the leader has ended.
    child.once('exit', forget);
    child.once('error', forget);
  }

  #watch(change: '+' | '-', { pid }: Ending): void {
    if (pid !== undefined) this.#watchdog.stdin?.write(`${change} ${pid}\n`);
  }

  /** Sends SIGTERM to the child's group, and SIGKILL after the grace period; resolves when the child has ended. */
  end(child: Ending, graceMs = GRACE_MS): Promise<void> {
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
    if (this.#watchdog.exitCode !== null || this.#watchdog.pid === undefined) return;
    const gone = new Promise((resolve) => this.#watchdog.once('exit', resolve));
    this.#watchdog.ref();
    this.#watchdog.stdin?.end();
    await gone;
  }
}

export function signalGroup(child: Pick<Ending, 'pid'>, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
