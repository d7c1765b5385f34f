import { lookup } from 'node:dns/promises';
import { type IncomingMessage, request } from 'node:http';
import { request as requestTls } from 'node:https';
import type { Readable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { HttpObservation } from '../validation/checks/alb-health.ts';
import { isPublicAddress } from './public-address.ts';

export const MAX_BODY_BYTES = 64 * 1_024;
export const TIMEOUT_MS = 5_000;

export interface HttpCall {
  host: string;
  path: string;
  /** `http` by default. */
  scheme?: 'http' | 'https';
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string;
}

/**
 * One HTTP call over the internet, to port 80 or 443 of a public host. Follows no redirect, reads at most MAX_BODY_BYTES,
 * takes at most TIMEOUT_MS, and connects to the very address that was checked, whatever the name resolves to later.
 * Never rejects.
 */
export async function callPublicHost(call: HttpCall): Promise<HttpObservation> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const what = `${call.method ?? 'GET'} ${call.scheme ?? 'http'}://${call.host}${call.path}`;
  try {
    const address = await checkedAddress(call.host);
    return await exchange(call, address, signal);
  } catch (error) {
    return explained(what, error as Error, signal.aborted);
  }
}

/** Why there is no answer. */
export function explained(what: string, error: NodeJS.ErrnoException, isLate: boolean): HttpObservation {
  const { message, code = '' } = error;
  if (error instanceof Refusal) return { kind: 'refused', message: `${what}: ${message}` };
  if (BAD_CERTIFICATE.test(code)) return { kind: 'refused', message: `${what}: ${message} (${code})` };
  if (isLate) return { kind: 'silent', message: `${what}: no answer within ${TIMEOUT_MS / 1_000} s` };
  return { kind: 'silent', message: `${what}: ${message}` };
}

/** https://nodejs.org/api/tls.html#x509-certificate-error-codes, and that of a name that the certificate does not have. */
const BAD_CERTIFICATE = /CERT|^UNABLE_TO_VERIFY_LEAF_SIGNATURE$|^HOSTNAME_MISMATCH$/;

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

/** @param to the server that is asked; a test has one of its own */
export function exchange(
  call: HttpCall,
  address: string,
  signal: AbortSignal,
  to: { port?: number; ca?: string } = {},
): Promise<HttpObservation> {
  const started = performance.now();
  const isTls = call.scheme === 'https';
  return new Promise((resolve, reject) => {
    const options = {
      host: address,
      port: to.port ?? (isTls ? 443 : 80),
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
    };
    // The certificate is compared with this name, and not with the address.
    const outgoing = isTls ? requestTls({ ...options, servername: call.host, ...to }) : request(options);
    outgoing.once('error', reject);
    outgoing.once('response', (incoming) => {
      const validTo = endOfCertificate(incoming);
      readCapped(incoming).then((body) => {
        const { location, age } = incoming.headers;
        resolve({
          kind: 'answer',
          status: incoming.statusCode ?? 0,
          body,
          address,
          ...(location ? { location } : {}),
          ...(validTo ? { validTo } : {}),
          ...(age && /^\d+$/.test(age) ? { age: Number(age) } : {}),
          ms: Math.round(performance.now() - started),
        });
      }, reject);
    });
    outgoing.end(call.body);
  });
}

/** Milliseconds; undefined without TLS. */
function endOfCertificate({ socket }: IncomingMessage): number | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const end = Date.parse(socket.getPeerCertificate().valid_to);
  return Number.isNaN(end) ? undefined : end;
}

/** @throws {Refusal} for a body of more than MAX_BODY_BYTES: a part of it proves nothing */
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
