import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CredentialVendor } from '../../../lab/credentials.ts';
import { readAwsRequest, send } from '../../../lab/gateway.ts';
import { AwsError, type AwsRequest, type AwsResponse, jsonError } from '../../../lab/service.ts';

export type Play = (request: AwsRequest) => AwsResponse;
/** The client receives a whole answer, half of one, or none at all. */
export type Sent = AwsResponse | { cut: AwsResponse } | 'hang';

/** Returns a call without its page token. All pages of a list have the same question. */
export function questionOf({ service, action, method, url, params }: AwsRequest): string {
  const query = [...url.searchParams].filter(([key]) => !TOKEN.test(key) && key !== 'x-id').sort();
  const asked = Object.entries(params)
    .filter(([key]) => !TOKEN.test(key))
    .sort();
  return JSON.stringify([service, action ?? `${method} ${url.pathname}`, query, asked]);
}

export const TOKEN = /^(next-?token|marker|pagination-?token|continuation-?token|exclusivestart\w+)$/i;

const exhausted = () => jsonError(new AwsError('InternalFailure', 'asked too often', 500));

/** The server is AWS from the view of a client over HTTP. Each cell replaces its answers. */
export class Endpoint {
  /** The cell has sent this number of calls. It may send at most `mostCalls`. */
  calls = 0;
  mostCalls = Number.POSITIVE_INFINITY;
  play: Play = () => {
    throw new Error('nothing is played');
  };
  /** The function changes an answer before the server sends it. */
  pass: (answer: AwsResponse, request: AwsRequest) => Sent = (answer) => answer;
  readonly #server: Server;

  constructor() {
    const credentials = new CredentialVendor();
    this.#server = createServer(async (incoming, outgoing) => {
      const request = await readAwsRequest(incoming, outgoing, credentials);
      this.calls += 1;
      // A caller that never stops gets errors, so that the cell ends.
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

/** The token belongs to a page that is empty on purpose. The list begins with the next page. */
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
