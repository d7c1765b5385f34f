import { randomBytes } from 'node:crypto';
import { Agent, request as httpRequest, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Action, Rule } from '@aws-sdk/client-elastic-load-balancing-v2';
import { actionsFor, pickTargetGroup, redirectLocation } from './rules.ts';
import type { LabTargetGroup } from './target-group.ts';

/** The present configuration of a listener decides how it handles requests. */
export interface ListenerState {
  protocol: string;
  port: number;
  rules: Rule[];
  idleTimeoutMs: number;
}

export interface ProxyOptions {
  targetGroup(arn: string): LabTargetGroup | undefined;
}

/** These headers belong to one connection and not to the message. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'];

/** The data plane of load balancers takes a request, finds the rule, and performs its actions. */
export class HttpProxy {
  readonly #options: ProxyOptions;
  readonly #agent = new Agent({ keepAlive: true, maxFreeSockets: 32 });

  constructor(options: ProxyOptions) {
    this.#options = options;
  }

  stop(): void {
    this.#agent.destroy();
  }

  serve(listener: ListenerState, incoming: IncomingMessage, outgoing: ServerResponse): void {
    const path = originForm(incoming.url ?? '/');
    const request = {
      method: incoming.method ?? 'GET',
      host: (incoming.headers.host ?? '').replace(/:\d+$/, ''),
      path,
      headers: incoming.headers,
      clientAddress: (incoming.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
    };
    const action = actionsFor(listener.rules, request).at(-1);
    switch (action?.Type) {
      case 'forward':
        this.#forward(listener, action, incoming, outgoing, path, request.clientAddress);
        break;
      case 'redirect': {
        const status = Number(action.RedirectConfig?.StatusCode?.replace('HTTP_', '') ?? 302);
        const location = redirectLocation(action, { ...request, protocol: listener.protocol, port: listener.port });
        respond(outgoing, status, { location });
        break;
      }
      case 'fixed-response': {
        const { StatusCode, ContentType = 'text/plain', MessageBody = '' } = action.FixedResponseConfig ?? {};
        respond(outgoing, Number(StatusCode ?? 503), { 'content-type': ContentType }, MessageBody);
        break;
      }
      default:
        respond(outgoing, 503);
    }
  }

  #forward(
    { protocol, port, idleTimeoutMs }: ListenerState,
    action: Action,
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    path: string,
    clientAddress: string,
  ): void {
    const arn = pickTargetGroup(action, Math.random());
    const target = this.#options.targetGroup(arn ?? '')?.next();
    if (!target) {
      respond(outgoing, 503);
      return;
    }
    outgoing.once('close', target.done);
    if (target.localPort === undefined) {
      respond(outgoing, 502);
      return;
    }

    const onward = httpRequest(
      {
        host: '127.0.0.1',
        port: target.localPort,
        agent: this.#agent,
        method: incoming.method,
        path,
        headers: { ...endToEnd(incoming.headers), ...forwardedHeaders(incoming, protocol, port, clientAddress) },
      },
      (response) => {
        outgoing.writeHead(response.statusCode ?? 502, endToEnd(response.headers));
        response.pipe(outgoing);
        response.once('error', () => outgoing.destroy());
      },
    );
    onward.setTimeout(idleTimeoutMs, () => {
      respond(outgoing, 504);
      onward.destroy();
    });
    onward.once('error', () => respond(outgoing, 502));
    outgoing.once('close', () => onward.destroy());
    incoming.pipe(onward);
  }
}

/** A proxy's client sends the absolute form; targets get the path. */
function originForm(url: string): string {
  if (url.startsWith('/')) return url;
  const { pathname, search } = new URL(url);
  return `${pathname}${search}`;
}

function endToEnd(headers: IncomingMessage['headers']): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).filter(
      (header): header is [string, string | string[]] => header[1] !== undefined && !HOP_BY_HOP.includes(header[0]),
    ),
  );
}

function forwardedHeaders(incoming: IncomingMessage, protocol: string, port: number, client: string) {
  const before = incoming.headers['x-forwarded-for'];
  const trace = incoming.headers['x-amzn-trace-id'];
  return {
    'x-forwarded-for': before ? `${before}, ${client}` : client,
    'x-forwarded-proto': protocol.toLowerCase(),
    'x-forwarded-port': String(port),
    'x-amzn-trace-id': trace ? `Self=${traceId()};${trace}` : `Root=${traceId()}`,
    ...(incoming.headers['transfer-encoding'] ? { 'transfer-encoding': 'chunked' } : {}),
  };
}

const traceId = () => `1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;

/** Sends an answer of the load balancer itself. A target's answer that has begun is cut off instead. */
function respond(outgoing: ServerResponse, status: number, headers: Record<string, string> = {}, body?: string): void {
  if (outgoing.writableEnded || outgoing.destroyed) return;
  if (outgoing.headersSent) {
    outgoing.destroy();
    return;
  }
  const title = `${status} ${status === 503 ? 'Service Temporarily Unavailable' : (STATUS_CODES[status] ?? '')}`;
  const page = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
  const content = body ?? page;
  outgoing.writeHead(status, {
    server: 'awselb/2.0',
    'content-type': 'text/html',
    'content-length': String(Buffer.byteLength(content)),
    ...headers,
  });
  outgoing.end(content);
}
