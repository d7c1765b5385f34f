import { type ChildProcess, spawn } from 'node:child_process';

/** The script reads the id of the process, and then one line more. If there is no such line, its writer is dead. */
const WATCH = 'read -r pid && { read -r released || kill -TERM "$pid"; }';

/**
 * Sends a child one SIGTERM when this process is killed. A separate process watches: a pipe ends with the process that
 * holds it, however that ends. Linux's own way (`PR_SET_PDEATHSIG`) sends a signal for each thread of the parent, and
 * Node has several.
 */
export class Leash {
  readonly #watcher: ChildProcess;

  constructor(env: NodeJS.ProcessEnv) {
    // The watcher is in a session of its own, so that a signal to the build does not end it.
    this.#watcher = spawn('sh', ['-c', WATCH], { env, detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    this.#watcher.on('error', () => {});
    this.#watcher.stdin?.on('error', () => {});
    this.#watcher.unref();
  }

  hold(child: ChildProcess): void {
    if (child.pid !== undefined) this.#watcher.stdin?.write(`${child.pid}\n`);
    child.once('exit', () => this.release());
  }

  /** From now on, the leash sends the child no signal. */
  release(): void {
    this.#watcher.stdin?.end('\n');
  }
}
