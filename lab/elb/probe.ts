import { request } from 'node:http';
import type { Probe } from './health.ts';

/**
 * Sends one health check request.
 * @param localPort the target's port on this machine; undefined when nothing is there
 * @param authority the target's own address, as in the Host header that ELB sends
 */
export function probe(
  localPort: number | undefined,
  authority: string,
  path: string,
  timeoutMs: number,
): Promise<Probe> {
  if (localPort === undefined) return Promise.resolve({ kind: 'failed' });
  return new Promise((resolve) => {
    const check = request(
      {
        host: '127.0.0.1',
        port: localPort,
        path,
        agent: false,
        headers: { host: authority, 'user-agent': 'ELB-HealthChecker/2.0', connection: 'close' },
      },
      (response) => {
        response.resume();
        resolve({ kind: 'status', status: response.statusCode ?? 0 });
      },
    );
    const timer = setTimeout(() => {
      resolve({ kind: 'timeout' });
      check.destroy();
    }, timeoutMs);
    check.once('error', () => resolve({ kind: 'failed' }));
    check.once('close', () => clearTimeout(timer));
    check.end();
  });
}
