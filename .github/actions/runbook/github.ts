import * as z from 'zod';

/** The file has the part of GitHub's REST API that the action needs. https://docs.github.com/en/rest */
export interface GithubSettings {
  /** The form is `https://api.github.com`. */
  url: string;
  /** The form is `owner/name`. */
  repository: string;
  token: string;
}

const comment = z.object({
  id: z.number(),
  body: z.string().nullish(),
  user: z.object({ type: z.string() }).nullish(),
});
const pull = z.object({ state: z.enum(['open', 'closed']) });

/** The calls are written for this version: https://docs.github.com/en/rest/about-the-rest-api/api-versions */
const VERSION = '2022-11-28';
/** https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api */
const PAGE_SIZE = 100;

export class Github {
  readonly #settings: GithubSettings;

  constructor(settings: GithubSettings) {
    this.#settings = settings;
  }

  /** Returns whether the pull request is closed. @throws when GitHub does not answer: then the state is not known */
  async isClosed(number: number): Promise<boolean> {
    return pull.parse(await this.#json('GET', `pulls/${number}`)).state === 'closed';
  }

  /** Writes the comment that begins with the marker, or changes it: a pull request has one. */
  async comment(number: number, marker: string, body: string): Promise<void> {
    const before = await this.#ownComment(number, marker);
    if (before === undefined) await this.#json('POST', `issues/${number}/comments`, { body });
    else await this.#json('PATCH', `issues/comments/${before}`, { body });
  }

  /** Removes a label; an absent label is not an error. */
  async removeLabel(number: number, label: string): Promise<void> {
    const answer = await this.#send('DELETE', `issues/${number}/labels/${encodeURIComponent(label)}`);
    if (!answer.ok && answer.status !== 404) throw await failure(answer);
  }

  /** Anyone who may write a comment can begin it with the marker; only those of bots are the workflow's own. */
  async #ownComment(number: number, marker: string): Promise<number | undefined> {
    for (let page = 1; ; page += 1) {
      const found = z
        .array(comment)
        .parse(await this.#json('GET', `issues/${number}/comments?per_page=${PAGE_SIZE}&page=${page}`));
      const own = found.find(({ body, user }) => user?.type === 'Bot' && body?.startsWith(marker));
      if (own) return own.id;
      if (found.length < PAGE_SIZE) return undefined;
    }
  }

  async #json(method: string, path: string, body?: object): Promise<unknown> {
    const answer = await this.#send(method, path, body);
    if (!answer.ok) throw await failure(answer);
    return answer.json();
  }

  #send(method: string, path: string, body?: object): Promise<Response> {
    const { url, repository, token } = this.#settings;
    return fetch(`${url}/repos/${repository}/${path}`, {
      method,
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${token}`,
        'user-agent': 'runbook',
        'x-github-api-version': VERSION,
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  }
}

async function failure(answer: Response): Promise<Error> {
  const { message } = z
    .object({ message: z.string() })
    .catch({ message: '' })
    .parse(await answer.json().catch(() => ({})));
  return new Error(`GitHub answers ${answer.status} to ${new URL(answer.url).pathname}: ${message}`);
}
