import type { Expectation, TargetOf } from '../../contracts/resource-checks.ts';
import type { HttpObservation } from './alb-health.ts';
import { excerpt, type Seen, shortened } from './resource-seen.ts';

type Answer = Extract<HttpObservation, { kind: 'answer' }>;

const DAY_MS = 86_400_000;
/** What gateways and distributions answer while they are deployed, or somebody is throttled. */
const MAY_PASS = new Set([403, 404, 408, 425, 429]);

export function expectedOfHttp({ status, json, contains, withinMs, tlsDays }: TargetOf<'http'>): string {
  const parts = [
    `GET answers ${status.join(' or ')} within ${withinMs} ms`,
    ...json.map(({ path, equals }) => `${path} is ${JSON.stringify(equals)}`),
    ...(contains === undefined ? [] : [`the body contains ${JSON.stringify(contains)}`]),
    `a certificate is valid for ${tlsDays} days`,
  ];
  return parts.join(', ');
}

/**
 * @param now milliseconds
 * @param changed milliseconds: when the last change to the environment began
 */
export function httpEndpoint(
  target: TargetOf<'http'>,
  scheme: string,
  http: HttpObservation,
  now: number,
  changed: number,
): Seen[] {
  if (http.kind === 'refused') return [{ status: 'failed', text: http.message }];
  if (http.kind === 'silent') return [{ status: 'not-ready', text: http.message }];
  return [
    statusOf(target, http),
    ...target.json.map((one) => meets(http.body, one)),
    ...bodyOf(target, http),
    timeOf(target, http),
    ...cacheOf(http, now, changed),
    ...(scheme === 'https' ? [certificateOf(target, http, now)] : []),
  ];
}

function statusOf({ status: wanted }: TargetOf<'http'>, { status, location, body }: Answer): Seen {
  if (wanted.includes(status)) return { status: 'passed', text: `${status}` };
  const text = `${status} instead of ${wanted.join(' or ')}`;
  if (status >= 300 && status < 400)
    return { status: 'failed', text: `${text}, a redirect to ${location ?? 'nowhere'}, which is not followed` };
  return { status: status >= 500 || MAY_PASS.has(status) ? 'not-ready' : 'failed', text: `${text}, ${excerpt(body)}` };
}

function bodyOf({ contains }: TargetOf<'http'>, { body }: Answer): Seen[] {
  if (contains === undefined) return [];
  const what = JSON.stringify(contains);
  return [
    body.includes(contains)
      ? { status: 'passed', text: `the body contains ${what}` }
      : { status: 'not-ready', text: `the body does not contain ${what}: ${excerpt(body)}` },
  ];
}

function timeOf({ withinMs }: TargetOf<'http'>, { ms }: Answer): Seen {
  return ms <= withinMs
    ? { status: 'passed', text: `answered in ${Math.round(ms)} ms` }
    : { status: 'not-ready', text: `answered in ${Math.round(ms)} ms, and ${withinMs} ms are allowed` };
}

/** https://www.rfc-editor.org/rfc/rfc9111#name-age */
function cacheOf({ age }: Answer, now: number, changed: number): Seen[] {
  if (age === undefined) return [];
  const text = `the answer is from a cache, ${age} s old`;
  if (now - age * 1_000 >= changed) return [{ status: 'passed', text }];
  return [{ status: 'unread', text: `${text}: it is from before the last change to the environment` }];
}

function certificateOf({ tlsDays }: TargetOf<'http'>, { validTo }: Answer, now: number): Seen {
  if (validTo === undefined) return { status: 'unknown', text: 'the end of the certificate was not read' };
  const days = Math.floor((validTo - now) / DAY_MS);
  const text = `the certificate ends in ${days} days`;
  return days >= tlsDays
    ? { status: 'passed', text }
    : { status: 'failed', text: `${text}, and at least ${tlsDays} are wanted` };
}

/** Whether a JSON text has the value at the path. */
export function meets(text: string, { path, equals }: Expectation): Seen {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return { status: 'failed', text: `the answer is not JSON: ${excerpt(text)}` };
  }
  const found = valueAt(document, path);
  if (found === equals) return { status: 'passed', text: `${path} is ${JSON.stringify(equals)}` };
  return { status: 'not-ready', text: `${path} is ${spelled(found)} instead of ${JSON.stringify(equals)}` };
}

/** With the quotes of a text, and of a text alone: "3" is not 3. */
function spelled(found: unknown): string {
  if (found === undefined) return 'missing';
  return typeof found === 'string' ? excerpt(found) : shortened(JSON.stringify(found));
}

/** Returns the value at a path of keys and indices, or undefined. */
export function valueAt(document: unknown, path: string): unknown {
  return path.split('.').reduce(memberOf, document);
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
