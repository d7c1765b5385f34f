import { type Conclusion, conclude, type Observation } from '../../lambdas/custom-check.ts';

export interface Answer {
  status: number;
  location: string | null;
  body: string;
  tookMs: number;
}
/** Sends a signed request to the API. */
export type Call = (method: string, path: string, body?: string) => Promise<Answer>;

const EXPECTED = 'an address gets a short link, the link leads to it, and a link that is removed leads nowhere';

/** Goes the way of a link, and leaves nothing of its own behind. */
export async function followLink(address: string, call: Call): Promise<Conclusion> {
  const made = await call('POST', '/links', JSON.stringify({ url: address }));
  const code = codeIn(made.body);
  const evidence: Record<string, unknown> = { address, code, madeAfterMs: made.tookMs };
  if (made.status !== 201 || !code) {
    // A role that was made a moment ago is not known everywhere at once.
    const status = made.status >= 500 || made.status === 403 ? 'not-ready' : 'failed';
    return conclude(EXPECTED, [{ status, text: `POST /links answered ${made.status}: ${made.body}` }], evidence);
  }
  const followed = await call('GET', `/${code}`);
  const removed = await call('DELETE', `/${code}`);
  const gone = await call('GET', `/${code}`);
  evidence.followedAfterMs = followed.tookMs;
  const observed: Observation[] = [
    { status: 'passed', text: `${code} made after ${made.tookMs} ms` },
    followed.status === 302 && followed.location === address
      ? { status: 'passed', text: `it leads there after ${followed.tookMs} ms` }
      : { status: 'failed', text: `GET /${code} answered ${followed.status} and led to ${followed.location}` },
    removed.status === 204 && gone.status === 404
      ? { status: 'passed', text: 'removed, it leads nowhere' }
      : { status: 'failed', text: `DELETE answered ${removed.status}, and then GET ${gone.status}` },
  ];
  return conclude(EXPECTED, observed, evidence);
}

function codeIn(body: string): string | undefined {
  try {
    const { code } = JSON.parse(body) as { code?: unknown };
    return typeof code === 'string' ? code : undefined;
  } catch {
    return undefined;
  }
}
