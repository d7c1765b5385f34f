import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CredentialVendor } from '../../../lab/credentials.ts';
import { readAwsRequest, send } from '../../../lab/gateway.ts';
import { AwsError, type AwsRequest, type AwsResponse, jsonError } from '../../../lab/service.ts';

export type Play = (request: AwsRequest) => AwsResponse;
/** The client gets this instead of a whole answer: half of one, or none at all. */
export type Sent = AwsResponse | { cut: AwsResponse } | 'hang';

/** Returns a call without its page token, which identifies the list that is requested. */
export function questionOf({ service, action, method, url, params }: AwsRequest): string {
  const query = [...url.searchParams].filter(([key]) => !TOKEN.test(key) && key !== 'x-id').sort();
  const asked = Object.entries(params)
    .filter(([key]) => !TOKEN.test(key))
    .sort();
  return JSON.stringify([service, action ?? `${method} ${url.pathname}`, query, asked]);
}

export const TOKEN = /^(next-?token|marker|pagination-?token|continuation-?token|exclusivestart\w+)$/i;

const exhausted = () => jsonError(new AwsError('InternalFailure', 'asked too often', 500));

/** The endpoint is AWS as a client sees it over HTTP. Its answers are exchanged from cell to cell. */
export class Endpoint {
  /** `calls` counts the calls of the cell that runs, and `mostCalls` is the number that it may make. */
  calls = 0;
  mostCalls = Number.POSITIVE_INFINITY;
  play: Play = () => {
    throw new Error('nothing is played');
  };
  /** Changes an answer before it is sent. */
  pass: (answer: AwsResponse, request: AwsRequest) => Sent = (answer) => answer;
  readonly #server: Server;

  constructor() {
    const credentials = new CredentialVendor();
    this.#server = createServer(async (incoming, outgoing) => {
      const request = await readAwsRequest(incoming, outgoing, credentials);
      this.calls += 1;
      // A client that calls without end is stopped, so that the cell ends.
      const answer = this.calls > this.mostCalls ? exhausted() : this.#answer(request);
      respond(outgoing, this.calls > this.mostCalls ? answer : this.pass(answer, request));
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #answer(request: AwsRequest): AwsResponse {
    try {
      return this.play(fromStart(request));
    } catch (error) {
      return jsonError(new AwsError('InternalFailure', (error as Error).message, 500));
    }
  }
}

/** The token is that of a page that is empty on purpose, so that the list begins with the next one. */
export const START = 'from-the-start';

function fromStart(request: AwsRequest): AwsRequest {
  const isStart = ([key, value]: [string, unknown]) => TOKEN.test(key) && value === START;
  const params = Object.fromEntries(Object.entries(request.params).filter((one) => !isStart(one)));
  const url = new URL(request.url);
  for (const [key, value] of request.url.searchParams) if (isStart([key, value])) url.searchParams.delete(key);
  return { ...request, params, url };
}

function respond(outgoing: ServerResponse, sent: Sent): void {
  if (sent === 'hang') return;
  if (!('cut' in sent)) {
    send(outgoing, sent);
    return;
  }
  const body = Buffer.from(sent.cut.body);
  outgoing.writeHead(sent.cut.status, { ...sent.cut.headers, 'content-length': String(body.length + 1) });
  outgoing.write(body.subarray(0, body.length / 2), () => outgoing.destroy());
}
