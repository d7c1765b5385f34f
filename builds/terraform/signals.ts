import type { ChildProcess } from 'node:child_process';
import type { Report } from '../report.ts';

/** A build that was stopped while Terraform did not run ends with this status: 128 and the number of SIGTERM. */
const STOPPED = 143;

/**
 * A signal is passed on once: Terraform takes a second one as the order to drop everything at once, state and all. When
 * no Terraform runs, the build ends at once, unless it saves the only record of what exists.
 */
export class Signals {
  stopped = false;
  readonly #report: Report;
  readonly #running = new Map<ChildProcess, () => void>();
  #saving = false;

  constructor(report: Report) {
    this.#report = report;
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => this.#receive());
  }

  /** The child gets the signal until it ends. @param signalled is called then, so that nobody else sends it one */
  watch(child: ChildProcess, signalled: () => void): void {
    this.#running.set(child, signalled);
    for (const end of ['exit', 'error']) child.once(end, () => this.#running.delete(child));
    if (this.stopped) this.#stop(child, signalled);
  }

  /** A signal does not end the build before this is done. */
  async whileSaving<T>(action: () => Promise<T>): Promise<T> {
    this.#saving = true;
    try {
      return await action();
    } finally {
      this.#saving = false;
    }
  }

  /** Ends the build after a signal, where nothing is left to deal with. */
  endIfStopped(): void {
    if (this.stopped) process.exit(STOPPED);
  }

  #receive(): void {
    if (this.stopped) return;
    this.stopped = true;
    if (this.#running.size === 0) {
      if (!this.#saving) process.exit(STOPPED);
      return;
    }
    this.#report.log('stopping: Terraform is told to save its state and to release its locks');
    for (const [child, signalled] of this.#running) this.#stop(child, signalled);
  }

  #stop(child: ChildProcess, signalled: () => void): void {
    child.kill('SIGTERM');
    signalled();
  }
}
