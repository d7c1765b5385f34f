import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { vi } from 'vitest';

/**
 * Starts a server that answers the SDK clients of modules that are imported from now on.
 * @returns a function that stops the server
 */
export async function serveAws(listener: RequestListener): Promise<() => void> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((ready) => server.once('listening', ready));
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'x');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'x');
  vi.resetModules();
  return () => {
    vi.unstubAllEnvs();
    vi.resetModules();
    server.close();
  };
}
