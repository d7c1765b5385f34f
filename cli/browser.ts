import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

/** Starts the system's viewer for a file or an address, and reports when there is none. */
export function showIn(err: Writable, address: string): void {
  const viewer = process.platform === 'darwin' ? 'open' : 'xdg-open';
  spawn(viewer, [address], { stdio: 'ignore', detached: true })
    .on('error', () => err.write(`cannot start ${viewer}: open it yourself\n`))
    .unref();
}
