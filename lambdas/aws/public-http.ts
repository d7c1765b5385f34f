import { lookup } from 'node:dns/promises';
import { request } from 'node:http';
import type { Readable } from 'node:stream';
import type { HttpObservation } from '../validation/checks/alb-health.ts';
import { isPublicAddress } from './public-address.ts';

export const MAX_BODY_BYTES = 64 * 1_024;
export const TIMEOUT_MS = 5_000;

export interface HttpCall {
  host: string;
  path: string;
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string;
}

/**
 * Sends one HTTP request over the internet, to port 80 of a public host. The function follows no redirect, reads at
 * most MAX_BODY_BYTES, takes at most TIMEOUT_MS, and connects to exactly the address that it checked, whatever the name
 * resolves to later. It never rejects.
 */
export async function callPublicHost(call: HttpCall): Promise<HttpObservation> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const what = `${call.method ?? 'GET'} http://${call.host}${call.path}`;
  try {
    const address = await checkedAddress(call.host);
    return await exchange(call, address, signal);
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'refused', message: `${what}: ${error.message}` };
    if (signal.aborted) return { kind: 'silent', message: `${what}: no answer within ${TIMEOUT_MS / 1_000} s` };
    return { kind: 'silent', message: `${what}: ${(error as Error).message}` };
  }
}

class Refusal extends Error {}

/**
 * Returns an address of the name. Every address has to be public: one that is not public shows that the name is not a
 * load balancer's.
 */
async function checkedAddress(host: string): Promise<string> {
  if (!/^[A-Za-z0-9.-]+$/.test(host)) throw new Refusal('not a host name');
  const addresses = await lookup(host, { all: true });
  for (const { address } of addresses) {
    if (!isPublicAddress(address)) throw new Refusal(`resolves to ${address}, which is not a public address`);
  }
  const first = addresses.find(({ family }) => family === 4) ?? addresses[0];
  if (!first) throw new Error('the name has no address');
  return first.address;
}

function exchange(call: HttpCall, address: string, signal: AbortSignal): Promise<HttpObservation> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: address,
      port: 80,
      path: call.path,
      method: call.method ?? 'GET',
      headers: {
        ...call.headers,
        host: call.host,
        connection: 'close',
        ...(call.body === undefined ? {} : { 'content-length': Buffer.byteLength(call.body) }),
      },
      agent: false,
      signal,
    });
    outgoing.once('error', reject);
    outgoing.once('response', (incoming) => {
      readCapped(incoming).then((body) => {
        const { location } = incoming.headers;
        resolve({
          kind: 'answer',
          status: incoming.statusCode ?? 0,
          body,
          address,
          ...(location ? { location } : {}),
          ms: Math.round(performance.now() - started),
        });
      }, reject);
    });
    outgoing.end(call.body);
  });
}

/** @throws {Refusal} for a body of more than MAX_BODY_BYTES, because a part of the body proves nothing */
export async function readCapped(incoming: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) {
      incoming.destroy();
      throw new Refusal(`the answer is longer than ${MAX_BODY_BYTES / 1_024} KiB`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
