import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * The server has the part of GitHub's REST API that the action calls, as its documentation describes it. It refuses a
 * request without a user agent (403) or token (401), or with a token that lacks the permission (403). It hides what is
 * not there and what has no such method (404), pages lists, and refuses a body that is missing or too long (422).
 * https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
 */
export interface FakePull {
  state: 'open' | 'closed';
  labels: string[];
  comments: { id: number; body: string; user: { type: 'User' | 'Bot'; login: string } }[];
}

type Permissions = Readonly<Record<string, string>>;
interface Call {
  pull: FakePull | undefined;
  number: number;
  /** The part of the path that names a comment or label. */
  name: string;
  query: URLSearchParams;
  body: unknown;
}
type Answer = [status: number, body?: unknown];

/** The token has the permissions of a job of the workflows. */
export const TOKEN = 'ghs_test';
const LONGEST_BODY = 65_536;
const DEFAULT_PAGE = 30;
const LARGEST_PAGE = 100;
const VERSIONS = ['2022-11-28', undefined];
const NOT_FOUND: Answer = [404, { message: 'Not Found' }];

export class FakeGithub {
  readonly repository = 'team/shop';
  readonly pulls = new Map<number, FakePull>();
  readonly requests: string[] = [];
  /** The server answers every request with this status, as in an outage. */
  broken: number | undefined;
  readonly #tokens = new Map<string, Permissions>([[TOKEN, { 'pull-requests': 'write' }]]);
  #next = 1;
  readonly #server = createServer(async (request, response) => {
    const [status, body] = await this.#answer(request);
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  });

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

  /** Returns the token of a job, as `permissions` of its workflow says. */
  issueToken(permissions: Permissions): string {
    const token = `ghs_${this.#tokens.size}`;
    this.#tokens.set(token, permissions);
    return token;
  }

  open(number: number, comments: string[] = []): FakePull {
    const pull: FakePull = { state: 'open', labels: [], comments: [] };
    for (const body of comments)
      pull.comments.push({ id: this.#next++, body, user: { type: 'User', login: 'someone' } });
    this.pulls.set(number, pull);
    return pull;
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const { method = '', headers } = request;
    const url = new URL(request.url ?? '/', this.url);
    this.requests.push(`${method} ${url.pathname}`);
    let text = '';
    for await (const chunk of request) text += chunk;
    if (this.broken) return [this.broken, { message: 'Server Error' }];
    if (!headers['user-agent'])
      return forbidden(
        'Request forbidden by administrative rules. Please make sure your request has a User-Agent header',
      );
    if (!headers.authorization) return [401, { message: 'Requires authentication' }];
    const permissions = this.#tokens.get(headers.authorization.replace(/^Bearer /, ''));
    if (!permissions) return [401, { message: 'Bad credentials' }];
    if (!VERSIONS.includes(headers['x-github-api-version']?.toString()))
      return [400, { message: 'The API version is not supported' }];

    const [, path] = url.pathname.split(`/repos/${this.repository}/`);
    const found = ROUTES.flatMap((route) => {
      const match = route.method === method ? route.path.exec(path ?? '') : null;
      return match ? [{ route, groups: match.groups ?? {} }] : [];
    })[0];
    if (!found) return NOT_FOUND;
    // "Write" includes "read". A pull request is an issue, so that either permission suffices.
    const granted = [permissions['pull-requests'], permissions.issues];
    if (!granted.includes('write') && !(method === 'GET' && granted.includes('read')))
      return forbidden('Resource not accessible by integration');
    const number = Number(found.groups.number);
    const call = { number, pull: this.pulls.get(number), name: found.groups.name ?? '', query: url.searchParams };
    try {
      return this[found.route.answer]({ ...call, body: text ? JSON.parse(text) : {} });
    } catch (error) {
      if (error instanceof SyntaxError) return [400, { message: 'Problems parsing JSON' }];
      throw error;
    }
  }

  getPull({ pull, number }: Call): Answer {
    return pull ? [200, { number, state: pull.state, merged: false }] : NOT_FOUND;
  }

  listComments({ pull, query }: Call): Answer {
    if (!pull) return NOT_FOUND;
    const size = Math.min(LARGEST_PAGE, Number(query.get('per_page') ?? DEFAULT_PAGE));
    const page = Number(query.get('page') ?? 1);
    return [200, pull.comments.slice((page - 1) * size, page * size)];
  }

  createComment({ pull, body }: Call): Answer {
    if (!pull) return NOT_FOUND;
    const text = textOf(body);
    if (typeof text !== 'string') return text;
    const made = { id: this.#next++, body: text, user: { type: 'Bot' as const, login: 'github-actions[bot]' } };
    pull.comments.push(made);
    return [201, made];
  }

  updateComment({ name, body }: Call): Answer {
    const all = [...this.pulls.values()].flatMap(({ comments }) => comments);
    const comment = all.find(({ id }) => id === Number(name));
    if (!comment) return NOT_FOUND;
    const text = textOf(body);
    if (typeof text !== 'string') return text;
    comment.body = text;
    return [200, comment];
  }

  removeLabel({ pull, name }: Call): Answer {
    if (!pull) return NOT_FOUND;
    const label = decodeURIComponent(name);
    if (!pull.labels.includes(label)) return [404, { message: 'Label does not exist' }];
    pull.labels = pull.labels.filter((one) => one !== label);
    return [200, pull.labels.map((one) => ({ name: one }))];
  }
}

type Operation = 'getPull' | 'listComments' | 'createComment' | 'updateComment' | 'removeLabel';
/** Everything else, with another method too, is not found. */
const ROUTES: readonly { method: string; path: RegExp; answer: Operation }[] = [
  { method: 'GET', path: /^pulls\/(?<number>\d+)$/, answer: 'getPull' },
  { method: 'GET', path: /^issues\/(?<number>\d+)\/comments$/, answer: 'listComments' },
  { method: 'POST', path: /^issues\/(?<number>\d+)\/comments$/, answer: 'createComment' },
  { method: 'PATCH', path: /^issues\/comments\/(?<name>\d+)$/, answer: 'updateComment' },
  { method: 'DELETE', path: /^issues\/(?<number>\d+)\/labels\/(?<name>.+)$/, answer: 'removeLabel' },
];

const forbidden = (message: string): Answer => [403, { message }];

function textOf(given: unknown): string | Answer {
  const { body } = given as { body?: unknown };
  const refused = (message: string): Answer => [
    422,
    { message: 'Validation Failed', errors: [{ field: 'data', message }] },
  ];
  if (typeof body !== 'string') return [422, { message: 'Invalid request.\n\n"body" wasn\'t supplied.' }];
  if (!body.trim()) return refused('Body cannot be blank');
  if (body.length > LONGEST_BODY) return refused(`Body is too long (maximum is ${LONGEST_BODY} characters)`);
  return body;
}
