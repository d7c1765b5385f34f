import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * The server has the part of GitHub's REST API that the action calls, as its documentation describes it: it refuses a
 * request without a user agent (403) or token (401), hides what a token may not see (404), pages lists, and refuses a
 * body that is too long (422). https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
 */
export interface FakePull {
  state: 'open' | 'closed';
  labels: string[];
  comments: { id: number; body: string; user: { type: 'User' | 'Bot'; login: string } }[];
}

export const TOKEN = 'ghs_test';
const LONGEST_BODY = 65_536;
const DEFAULT_PAGE = 30;
const LARGEST_PAGE = 100;

export class FakeGithub {
  readonly repository = 'team/shop';
  readonly pulls = new Map<number, FakePull>();
  readonly requests: string[] = [];
  /** The server answers every request with this status, as in an outage. */
  broken: number | undefined;
  #next = 1;
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  stop(): Promise<unknown> {
    return new Promise((resolve) => this.#server.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  open(number: number, comments: string[] = []): FakePull {
    const pull: FakePull = { state: 'open', labels: [], comments: [] };
    for (const body of comments)
      pull.comments.push({ id: this.#next++, body, user: { type: 'User', login: 'someone' } });
    this.pulls.set(number, pull);
    return pull;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    this.requests.push(`${request.method} ${url.pathname}`);
    const say = (status: number, body?: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    };
    let text = '';
    for await (const chunk of request) text += chunk;
    if (this.broken) return say(this.broken, { message: 'Server Error' });
    if (!request.headers['user-agent'])
      return say(403, {
        message: 'Request forbidden by administrative rules. Please make sure your request has a User-Agent header',
      });
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return say(401, { message: 'Bad credentials' });
    const [, path = ''] = url.pathname.split(`/repos/${this.repository}/`);
    const body = text ? (JSON.parse(text) as { body?: string }).body : undefined;
    if (body !== undefined && body.length > LONGEST_BODY)
      return say(422, {
        message: 'Validation Failed',
        errors: [{ field: 'body', message: 'body is too long (maximum is 65536 characters)' }],
      });

    const [, changed] = /^issues\/comments\/(\d+)$/.exec(path) ?? [];
    if (changed && request.method === 'PATCH') {
      const found = [...this.pulls.values()]
        .flatMap(({ comments }) => comments)
        .find(({ id }) => id === Number(changed));
      if (!found) return say(404, { message: 'Not Found' });
      found.body = body ?? '';
      return say(200, found);
    }
    const [, number, rest = ''] = /^(?:issues|pulls)\/(\d+)(?:\/(.*))?$/.exec(path) ?? [];
    const pull = this.pulls.get(Number(number));
    if (!pull) return say(404, { message: 'Not Found' });
    if (path === `pulls/${number}`) return say(200, { number: Number(number), state: pull.state, merged: false });
    if (rest === 'comments' && request.method === 'POST') {
      const made = { id: this.#next++, body: body ?? '', user: { type: 'Bot' as const, login: 'github-actions[bot]' } };
      pull.comments.push(made);
      return say(201, made);
    }
    if (rest === 'comments') {
      const size = Math.min(LARGEST_PAGE, Number(url.searchParams.get('per_page') ?? DEFAULT_PAGE));
      const page = Number(url.searchParams.get('page') ?? 1);
      return say(200, pull.comments.slice((page - 1) * size, page * size));
    }
    const [, label] = /^labels\/(.+)$/.exec(rest) ?? [];
    if (label && request.method === 'DELETE') {
      const name = decodeURIComponent(label);
      if (!pull.labels.includes(name)) return say(404, { message: 'Label does not exist' });
      pull.labels = pull.labels.filter((one) => one !== name);
      return say(200, pull.labels);
    }
    say(404, { message: 'Not Found' });
  }
}
