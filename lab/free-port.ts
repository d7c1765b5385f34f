import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Systems take the ports of outgoing connections, and those of `listen(0)`, from 32768 on. */
const LOWEST = 10_000;
const HIGHEST = 32_767;

/** This process has assigned these ports: a caller may not listen yet. */
const taken = new Set<number>();

/**
 * Returns a port of 127.0.0.1 that is free and stays so until a child process listens on it: no connection and no other
 * server is given one of this range by chance. Several labs may ask at once, so a port is drawn and not counted up.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 1_000; attempt += 1) {
    const port = randomInt(LOWEST, HIGHEST + 1);
    if (taken.has(port) || !(await isFree(port))) continue;
    taken.add(port);
    return port;
  }
  throw new Error(`no free port on 127.0.0.1 between ${LOWEST} and ${HIGHEST}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
