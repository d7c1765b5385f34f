import type { Journey } from '../contracts/journeys.ts';
import type { Clock } from '../runtime/clock.ts';
import type { HttpObservation } from './checks/alb-health.ts';
import type { RequestJourney, Sighting } from './checks/journey.ts';
import { valueAt } from './checks/resource-http.ts';
import type { LogLine } from './checks/worker-logs.ts';
import type { HttpPort } from './observe-load-balancer.ts';
import type { LogsPort } from './observe-logs.ts';

/**
 * This module follows one request: it sends the request, reads its state, and finds the lines that the services log
 * about it.
 */

export interface JourneyPorts {
  http: HttpPort;
  logs: Pick<LogsPort, 'findLines'>;
  clock: Clock;
}

/** Where a journey is in one environment. */
export interface Place {
  host: string;
  scheme: 'http' | 'https';
  /** The path of the endpoint, before those of the journey. */
  base: string;
  /** Returns the name of a log group of the journey. */
  group(name: string): string;
  /** URLs. */
  queue?: string | undefined;
  deadLetters?: string | undefined;
}

/** The clocks of the containers and of this function may differ by this time. */
export const CLOCK_SKEW_MS = 10_000;

export interface TracedRequest extends RequestJourney {
  sentAt: number;
}

/** @param message why it is not sent */
export function unsent(message: string, correlationId: string, clock: Clock): TracedRequest {
  return { correlationId, sent: { kind: 'refused', message }, sentAt: clock.now(), seen: {}, states: [] };
}

export async function send(
  { request }: Journey,
  { host, scheme, base }: Place,
  run: string,
  correlationId: string,
  { http, clock }: JourneyPorts,
): Promise<TracedRequest> {
  const sentAt = clock.now();
  const sent = await http({
    ...{ host, ...schemeOf(scheme), path: `${base}${request.path}`, method: 'POST' },
    headers: { ...request.headers, 'content-type': 'application/json', [request.correlationHeader]: correlationId },
    body: JSON.stringify(filled(request.body, { run, correlationId })),
  });
  const answered = sent.kind === 'answer' && sent.status === request.status;
  const id = answered ? idAt(parseJson(sent), request.id) : undefined;
  return { correlationId, sent, sentAt, seen: {}, states: [], ...(id ? { id } : {}) };
}

/** HTTP is the default of a call. */
const schemeOf = (scheme: Place['scheme']) => (scheme === 'https' ? { scheme } : {});

function filled(value: unknown, values: Record<string, string>): unknown {
  if (typeof value === 'string')
    return value.replaceAll(/\{(run|correlationId)\}/g, (_, name: string) => values[name] ?? '');
  if (Array.isArray(value)) return value.map((one) => filled(one, values));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filled(one, values)]));
}

function idAt(document: unknown, path: string): string | undefined {
  const id = valueAt(document, path);
  if (typeof id === 'number' && Number.isSafeInteger(id)) return String(id);
  return typeof id === 'string' && id !== '' ? id : undefined;
}

export async function readState(
  request: TracedRequest,
  { readBack }: Journey,
  { host, scheme, base }: Place,
  { http, clock }: JourneyPorts,
): Promise<void> {
  const { id } = request;
  if (!id || [readBack.until, ...readBack.failed].includes(request.states.at(-1)?.status ?? '')) return;
  const path = readBack.path.replaceAll('{id}', () => encodeURIComponent(id));
  const answer = await http({ host, ...schemeOf(scheme), path: `${base}${path}` });
  if (answer.kind !== 'answer' || answer.status !== 200) return;
  const document = parseJson(answer);
  const status = valueAt(document, readBack.state);
  const retryCount = readBack.retries === undefined ? 0 : valueAt(document, readBack.retries);
  if (idAt(document, readBack.id) !== id || typeof status !== 'string' || typeof retryCount !== 'number') return;
  const timeAt = (at: string | undefined) => timeOf(at === undefined ? undefined : valueAt(document, at));
  request.stored ??= firstSeen(request, `GET ${path} is 200`, timeAt(readBack.createdAt), clock);
  if (request.states.at(-1)?.status !== status) {
    request.states.push({ ...firstSeen(request, 'read back', timeAt(readBack.updatedAt), clock), status, retryCount });
  }
  const reason = readBack.reason === undefined ? undefined : valueAt(document, readBack.reason);
  if (typeof reason === 'string' && reason !== '') request.failureReason = reason;
}

/** A line that tells one step of a request, or that its message was not deleted. */
interface Told {
  group: string;
  contains: string;
  isKnown(request: TracedRequest): boolean;
  tell(request: TracedRequest, line: LogLine, clock: Clock): void;
}

function toldBy({ logs, readBack, queue }: Journey): Told[] {
  const sighting = (request: TracedRequest, { message, at }: LogLine, clock: Clock) =>
    firstSeen(request, message.slice(0, 300), at, clock);
  const once = (name: 'confirmed' | 'deleted', of: { group: string; contains: string }): Told => ({
    ...{ group: of.group, contains: of.contains },
    isKnown: (request) => request[name] !== undefined,
    tell: (request, line, clock) => {
      request[name] ??= sighting(request, line, clock);
    },
  });
  const refused = queue?.deleted?.refused;
  return [
    ...logs.map(
      ({ name, group, contains }): Told => ({
        ...{ group, contains },
        isKnown: ({ seen }) => seen[name] !== undefined,
        tell: (request, line, clock) => {
          request.seen[name] ??= sighting(request, line, clock);
        },
      }),
    ),
    ...(readBack.confirmedBy ? [once('confirmed', readBack.confirmedBy)] : []),
    ...(queue?.deleted ? [once('deleted', queue.deleted)] : []),
    ...(queue?.deleted && refused
      ? [
          {
            ...{ group: queue.deleted.group, contains: refused },
            isKnown: () => true,
            tell: (request: TracedRequest, line: LogLine) => {
              request.undeleted = line.message.slice(0, 300);
            },
          },
        ]
      : []),
  ];
}

/** Reads what the services log about the requests. CloudWatch's filter is not exact: its lines are only candidates. */
export async function readLogs(
  requests: readonly TracedRequest[],
  journey: Journey,
  place: Place,
  { logs, clock }: JourneyPorts,
  { text, since }: { text: string; since: number },
): Promise<void> {
  const sent = requests.filter(({ id }) => id);
  const told = toldBy(journey);
  const groups = [...new Set(told.map(({ group }) => group))];
  const search = async (name: string): Promise<[string, readonly LogLine[]]> => {
    const lacks = told.some((one) => one.group === name && sent.some((request) => !one.isKnown(request)));
    if (!lacks) return [name, []];
    const { lines } = await logs.findLines({ group: place.group(name), since, pattern: JSON.stringify(text) });
    return [name, lines];
  };
  const found = new Map(await Promise.all(groups.map(search)));
  for (const request of sent) {
    // The pattern excludes a request whose number begins with the same digits.
    const about = new RegExp(`${request.correlationId}(?!\\d)`);
    for (const { group, contains, tell } of told) {
      const words = contains.replaceAll('{id}', () => request.id ?? '');
      const line = found.get(group)?.find(({ message }) => message.includes(words) && about.test(message));
      if (line) tell(request, line, clock);
    }
  }
}

/**
 * Returns a sighting at the event's own timestamp, or else at the time of the observation. A timestamp that cannot be
 * correct, because a clock differs too much, is ignored.
 */
function firstSeen({ sentAt }: TracedRequest, what: string, at: number | undefined, clock: Clock): Sighting {
  const noticed = clock.now() - sentAt;
  const ms = at === undefined ? Number.NaN : at - sentAt;
  const exact = ms >= -CLOCK_SKEW_MS && ms <= noticed;
  return { ms: exact ? Math.max(0, ms) : noticed, what, exact };
}

function timeOf(value: unknown): number | undefined {
  return typeof value === 'string' ? Date.parse(value) : undefined;
}

function parseJson(answer: HttpObservation & { kind: 'answer' }): unknown {
  try {
    return JSON.parse(answer.body);
  } catch {
    return undefined;
  }
}
