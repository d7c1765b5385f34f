import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { cbor } from '@smithy/core/cbor';
import type { CredentialVendor } from './credentials.ts';
import { AwsError, type AwsRequest, type AwsResponse, jsonError, type LabService } from './service.ts';

/** Answers a request to a name of the lab's network (a load balancer), by its Host header. */
export type HostHandler = (host: string, incoming: IncomingMessage, outgoing: ServerResponse) => boolean;

export interface GatewayOptions {
  emulatorEndpoint: string;
  credentials: CredentialVendor;
  log(message: string): void;
  /** The function is called with every call and its answer. */
  witness?(request: AwsRequest, response: AwsResponse): void;
}

/**
 * The gateway is the one endpoint of the lab. AWS calls are routed by the service name in their SigV4 credential scope;
 * calls that the lab does not execute itself are forwarded to the emulator, byte for byte. As a plain HTTP proxy
 * (`http_proxy=`) it also reaches the lab's load balancers by their DNS names.
 */
export class Gateway {
  readonly #services = new Map<string, LabService[]>();
  readonly #options: GatewayOptions;
  readonly #server: Server;
  #hostHandler: HostHandler = () => false;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#server = createServer((incoming, outgoing) => {
      this.#serve(incoming, outgoing).catch((error: Error) => {
        this.#options.log(`gateway: ${incoming.method} ${incoming.url}: ${error.stack}`);
        send(outgoing, jsonError(new AwsError('InternalFailure', error.message, 500)));
      });
    });
    // AWS keeps an idle connection for longer than the 5 s of Node: a client without retries takes its end for a
    // failure.
    this.#server.keepAliveTimeout = 60_000;
  }

  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => resolve());
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  add(service: LabService): void {
    for (const name of service.services) {
      this.#services.set(name, [...(this.#services.get(name) ?? []), service]);
    }
  }

  onHost(handler: HostHandler): void {
    this.#hostHandler = handler;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const url = requestUrl(incoming);
    if (!credentialScope(incoming, url) && this.#hostHandler(url.hostname, incoming, outgoing)) return;
    const request = await readAwsRequest(incoming, outgoing, this.#options.credentials);
    const response = await this.#answer(request);
    this.#options.witness?.(request, response);
    send(outgoing, response);
  }

  async #answer(request: AwsRequest): Promise<AwsResponse> {
    const services = this.#services.get(request.service) ?? [];
    try {
      for (const service of services) {
        const response = await service.handle(request);
        if (response) return response;
      }
      let response = await forward(this.#options.emulatorEndpoint, request);
      for (const service of services) {
        if (service.after) response = await service.after(request, response);
      }
      return response;
    } catch (error) {
      if (error instanceof AwsError) return jsonError(error);
      throw error;
    }
  }
}

/** Returns the AWS call that an HTTP request carries. */
export async function readAwsRequest(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  credentials: CredentialVendor,
): Promise<AwsRequest> {
  const url = requestUrl(incoming);
  const scope = credentialScope(incoming, url);
  const body = await readBody(incoming);
  const hangUp = new AbortController();
  outgoing.once('close', () => hangUp.abort());
  return toAwsRequest(incoming, url, body, scope, credentials, hangUp.signal);
}

function requestUrl(incoming: IncomingMessage): URL {
  const target = incoming.url ?? '/';
  // A proxy client sends the absolute form. A path may start with "//" (an S3 key), which the URL parser would take
  // for a host, so it is never resolved against a base.
  if (/^https?:\/\//.test(target)) return new URL(target);
  return new URL(`http://${incoming.headers.host ?? '127.0.0.1'}${target}`);
}

interface Scope {
  accessKeyId: string;
  region: string;
  service: string;
}

function credentialScope(incoming: IncomingMessage, url: URL): Scope | undefined {
  const header = /Credential=([^,\s]+)/.exec(incoming.headers.authorization ?? '')?.[1];
  const credential = header ?? url.searchParams.get('X-Amz-Credential');
  if (!credential) return undefined;
  // An access key id may not contain "/", so the first part is the id and the last three are fixed.
  const [accessKeyId, , region, service] = credential.split('/');
  if (!accessKeyId || !region || !service) return undefined;
  return { accessKeyId, region, service };
}

function toAwsRequest(
  incoming: IncomingMessage,
  url: URL,
  body: Buffer,
  scope: Scope | undefined,
  credentials: CredentialVendor,
  clientAborted: AbortSignal,
): AwsRequest {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  const session = scope ? credentials.sessionOf(scope.accessKeyId) : undefined;
  const params = parseParams(headers['content-type'] ?? '', url, body);
  const target = headers['x-amz-target']?.split('.').at(-1) ?? /\/operation\/(\w+)$/.exec(url.pathname)?.[1];
  return {
    service: scope?.service ?? '',
    action: target ?? (typeof params.Action === 'string' ? params.Action : undefined),
    method: incoming.method ?? 'GET',
    url,
    headers,
    body,
    params,
    region: scope?.region ?? '',
    principal: session?.role,
    session,
    clientAborted,
  };
}

function parseParams(contentType: string, url: URL, body: Buffer): Record<string, unknown> {
  if (contentType.includes('json')) {
    try {
      const parsed: unknown = JSON.parse(body.toString('utf8') || '{}');
      return parsed && typeof parsed === 'object' && !Array.isArray(parsed) ? (parsed as Record<string, unknown>) : {};
    } catch {
      return {};
    }
  }
  if (contentType.includes('cbor')) {
    const decoded: unknown = body.length > 0 ? cbor.deserialize(body) : {};
    return decoded && typeof decoded === 'object' ? (decoded as Record<string, unknown>) : {};
  }
  if (contentType.includes('x-www-form-urlencoded')) {
    return Object.fromEntries(new URLSearchParams(body.toString('utf8')));
  }
  return url.searchParams.has('Action') ? Object.fromEntries(url.searchParams) : {};
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/**
 * Sends a call to the emulator as it came, with its Host header, since the emulator puts it into URLs that it returns.
 */
export function forward(endpoint: string, request: AwsRequest): Promise<AwsResponse> {
  const target = new URL(endpoint);
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        host: target.hostname,
        port: target.port,
        method: request.method,
        path: `${request.url.pathname}${request.url.search}`,
        headers: { ...request.headers, 'content-length': String(request.body.length), connection: 'close' },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const headers: Record<string, string> = {};
          for (const [name, value] of Object.entries(response.headers)) {
            if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
          }
          resolve({ status: response.statusCode ?? 502, headers, body: Buffer.concat(chunks) });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(request.body);
  });
}

export function send(outgoing: ServerResponse, response: AwsResponse): void {
  if (outgoing.headersSent) return;
  const { connection: _, 'transfer-encoding': __, 'content-length': length, ...headers } = response.headers;
  const body = typeof response.body === 'string' ? Buffer.from(response.body) : response.body;
  // A HEAD answer carries the length of what it leaves out.
  const contentLength = body.length === 0 && length !== undefined ? length : String(body.length);
  outgoing.writeHead(response.status, {
    'x-amzn-requestid': crypto.randomUUID(),
    ...headers,
    'content-length': contentLength,
  });
  outgoing.end(body);
}
