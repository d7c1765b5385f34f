import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createSecureServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { GetFunctionUrlConfigCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { LabContext } from '../context.ts';
import { CertificateAuthority } from '../rds/certificates.ts';
import type { AwsRequest, AwsResponse } from '../service.ts';
import { httpEvent, httpResponse } from './http-event.ts';

/** The configuration of a function's URL, in Lambda's API. */
const CONFIGURATION = /^\/2021-10-31\/functions\/([^/]+)\/url\/?$/;
const FUNCTION = /^\/2015-03-31\/functions\/([^/]+)\/?$/;
/** Where the lab's own Lambda takes what comes by a URL. IAM judges it as `lambda:InvokeFunctionUrl`. */
export const URL_INVOCATION = /^\/2021-10-31\/functions\/([^/]+)\/url\/invocations$/;

/** Authority of the certificates of function URLs, in the lab's directory: Lambda functions trust it, as they trust Amazon's. */
export const URL_AUTHORITY = 'function-urls.pem';

/** Signed parts of a request, by which the gateway knows the caller. */
const SIGNED = ['authorization', 'x-amz-date', 'x-amz-security-token', 'x-amz-content-sha256'];

/** An address of the imagined network that no load balancer, database or task has. */
const ADDRESS = '198.18.255.1';

/**
 * Function URLs: one HTTPS server for all, which knows the function by the name in the request. The emulator keeps the configurations.
 * Requests are invoked through the gateway with the signature of their caller, so that IAM decides.
 */
export class FunctionUrls {
  readonly #context: LabContext;
  readonly #lambda: LambdaClient;
  /** Host name → function. */
  readonly #hosts = new Map<string, string>();
  #authority: CertificateAuthority | undefined;
  #server: Server | undefined;

  constructor(context: LabContext) {
    this.#context = context;
    this.#lambda = new LambdaClient(context.emulator);
  }

  async start(): Promise<void> {
    this.#authority = await CertificateAuthority.create(join(this.#context.directory, URL_AUTHORITY));
  }

  stop(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
    this.#lambda.destroy();
  }

  /** After the emulator has changed something of a function. */
  async follow({ method, url }: AwsRequest, { status }: AwsResponse): Promise<void> {
    if (status >= 300) return;
    const deleted = method === 'DELETE' ? FUNCTION.exec(url.pathname)?.[1] : undefined;
    const changed = method === 'GET' ? undefined : CONFIGURATION.exec(url.pathname)?.[1];
    const name = deleted ?? changed;
    if (!name) return;
    this.#forget(decodeURIComponent(name));
    if (changed && method !== 'DELETE') await this.#open(decodeURIComponent(name));
  }

  #forget(name: string): void {
    for (const [host, of] of this.#hosts) {
      if (of !== name) continue;
      this.#hosts.delete(host);
      this.#context.dns.delete(host);
    }
  }

  async #open(FunctionName: string): Promise<void> {
    const { FunctionUrl = '' } = await this.#lambda.send(new GetFunctionUrlConfigCommand({ FunctionName }));
    const { hostname } = new URL(FunctionUrl);
    this.#server ??= await this.#listen(hostname);
    const { port } = this.#server.address() as AddressInfo;
    this.#hosts.set(hostname, FunctionName);
    this.#context.dns.set(hostname, { address: ADDRESS, ports: { 443: port } });
  }

  async #listen(first: string): Promise<Server> {
    const issue = async (name: string) => (this.#authority as CertificateAuthority).issue(name);
    const server = createSecureServer(
      {
        ...(await issue(first)),
        SNICallback: (name, done) =>
          void issue(name).then(
            (one) => done(null, createSecureContext(one)),
            (error: Error) => done(error),
          ),
      },
      (incoming, outgoing) => {
        this.#serve(incoming, outgoing).catch((error: Error) => {
          this.#context.log(`function url: ${incoming.method} ${incoming.url}: ${error.stack}`);
          answer(outgoing, 502, 'Internal Server Error');
        });
      },
    );
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return server;
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const host = (incoming.headers.host ?? '').replace(/:\d+$/, '');
    const name = this.#hosts.get(host);
    // As AWS answers for a URL that is no function's.
    if (!name) return answer(outgoing, 403, 'Forbidden');
    const { AuthType } = await this.#lambda.send(new GetFunctionUrlConfigCommand({ FunctionName: name }));
    if (AuthType !== 'AWS_IAM') return answer(outgoing, 403, 'The lab runs function URLs with AuthType AWS_IAM alone');
    if (!/\/lambda\/aws4_request/.test(incoming.headers.authorization ?? '')) return answer(outgoing, 403, 'Forbidden');
    const headers = Object.fromEntries(
      SIGNED.flatMap((header) => {
        const value = incoming.headers[header];
        return typeof value === 'string' ? [[header, value]] : [];
      }),
    );
    const invoked = await fetch(
      `${this.#context.endpoint}/2021-10-31/functions/${encodeURIComponent(name)}/url/invocations`,
      {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(await httpEvent(incoming, host, this.#context)),
      },
    );
    const payload = await invoked.text();
    if (invoked.status === 403) return answer(outgoing, 403, 'Forbidden');
    if (invoked.status !== 200 || invoked.headers.has('x-amz-function-error'))
      return answer(outgoing, 502, 'Internal Server Error');
    const { statusCode, headers: said, body } = httpResponse(payload);
    outgoing.writeHead(statusCode, said).end(body);
  }
}

function answer(outgoing: ServerResponse, status: number, Message: string): void {
  if (outgoing.headersSent) return;
  outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ Message }));
}
