import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

/** The time is longer than the longest round of a working loop: a poll of 20 s, tried three times by the SDK. */
const STALE_AFTER_MS = 90_000;

/** The heartbeat distinguishes a running loop, with success or without, from one that hangs. */
export class Heartbeat {
  readonly #now: () => number;
  #last: number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#last = now();
  }

  beat(): void {
    this.#last = this.#now();
  }

  isAlive(): boolean {
    return this.#now() - this.#last < STALE_AFTER_MS;
  }
}

/**
 * Answers the container's health check: 200 while there is a heartbeat, and 503 afterwards. The status does not include
 * the database or the queue, because another task could not reach them either.
 */
export async function serveHealth(heartbeat: Heartbeat, port: number): Promise<Server> {
  const server = createServer((_request, response) => {
    const isAlive = heartbeat.isAlive();
    response.writeHead(isAlive ? 200 : 503, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status: isAlive ? 'UP' : 'DOWN' }));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
