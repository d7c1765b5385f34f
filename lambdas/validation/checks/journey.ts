import type { Conclusion } from '../../contracts/contracts.ts';
import type { Journey } from '../../contracts/journeys.ts';
import type { HttpObservation } from './alb-health.ts';
import { conclude, type Observation } from './conclude.ts';
import { type QueueCounts, total } from './sqs-backlog.ts';

/** A sighting is an event of a request, in milliseconds since the request was sent. */
export interface Sighting {
  ms: number;
  what: string;
  /**
   * The value is true when `ms` comes from the event's own timestamp. Otherwise `ms` is the time of the observation,
   * and the event happened before it.
   */
  exact?: boolean;
}

/** The events of one request that were observed. */
export interface RequestJourney {
  correlationId: string;
  sent: HttpObservation;
  id?: string;
  /** What was requested was read back for the first time. */
  stored?: Sighting;
  /** The keys are the names of the journey's steps. A log line with the correlation id shows each. */
  seen: Readonly<Record<string, Sighting>> & Record<string, Sighting>;
  /** Each state occurs once, in the order of the observations. */
  states: (Sighting & { status: string; retryCount: number })[];
  failureReason?: string;
  /** A log line confirms the last state. */
  confirmed?: Sighting;
  /** The consumer logged the deletion of the message, which it does after SQS confirmed it. */
  deleted?: Sighting;
  /** The consumer logged that SQS did not delete the message. Counts that contradict this are outdated. */
  undeleted?: string;
}

export interface Queues {
  queue: QueueCounts;
  deadLetters?: QueueCounts;
}

export interface JourneyObservation {
  requests: RequestJourney[];
  /** The member is absent for a journey without a queue. */
  queues?: { before: Queues; after: Queues };
  /** The text says why no consumer will process a waiting request. */
  stuck?: string;
}

/** How a journey is spoken of. */
export interface Wording {
  /** `order`, `request` */
  noun: string;
  /** `the worker` */
  consumer: string;
  /** What is expected, in one sentence. */
  expected: string;
}

interface Behaviour {
  name: string;
  status: Observation['status'];
  ms?: number;
  /** The value is true when `ms` is the time of the event, and not of its observation. */
  exact?: boolean;
  text: string;
}

export function concludeJourney(journey: Journey, wording: Wording, observation: JourneyObservation): Conclusion {
  const { queues, stuck } = observation;
  const requests = observation.requests.map((request) => ({
    orderId: request.id ?? null,
    correlationId: request.correlationId,
    states: request.states.map(({ status, ms, retryCount, exact = false }) => ({ status, ms, retryCount, exact })),
    behaviours: behavioursOf(journey, request, isShared(request, observation)),
  }));
  const deleted = queues
    ? deletion(observation, queues, wording.consumer, journey.queue?.deleted?.contains)
    : undefined;
  const observations = requests.flatMap(({ behaviours, orderId, correlationId }) =>
    behaviours.map((one) => ({ status: one.status, text: `${wording.noun} ${orderId ?? correlationId} ${one.text}` })),
  );
  const all = [
    ...observations,
    ...(deleted ? [{ status: deleted.status, text: deleted.text }] : []),
    ...(stuck ? [{ status: 'failed' as const, text: stuck }] : []),
  ];
  return conclude(wording.expected, all, {
    orders: requests,
    ...(deleted ? { deleted, ...queues } : {}),
  });
}

/** A journey of one thing is not the journey of two requests. */
const isShared = ({ id }: RequestJourney, { requests }: JourneyObservation): boolean =>
  id !== undefined && requests.filter((one) => one.id === id).length > 1;

/** Returns the last step that a log shows. */
export function lastStep({ logs }: Journey): string | undefined {
  return logs.at(-1)?.name;
}

/** Returns the line of a step, or of a later step that proves it. */
export function stepSeen({ logs }: Journey, { seen }: RequestJourney, name: string): Sighting | undefined {
  const by = logs.find((one) => one.name === name)?.impliedBy;
  return seen[name] ?? (by === undefined ? undefined : seen[by]);
}

/** Reports whether everything of a request but the deletion of its message was seen. */
export function isReached(journey: Journey, request: RequestJourney): boolean {
  const { readBack, logs } = journey;
  return Boolean(
    request.stored &&
      logs.every(({ name }) => stepSeen(journey, request, name)) &&
      (request.confirmed || !readBack.confirmedBy) &&
      request.states.at(-1)?.status === readBack.until,
  );
}

/**
 * Returns the behaviours of a request. The last one is missing when only the queue's counts show the deletion, because
 * they cover all requests together.
 */
function behavioursOf(journey: Journey, request: RequestJourney, shared: boolean): Behaviour[] {
  const refusal = refused(journey, request, shared);
  if (refusal) return [refusal];
  const steps = journey.logs.map(({ name }) => stepSeen(journey, request, name));
  const [stored, ...rest] = inOrder([request.stored, ...steps, ending(journey, request), request.deleted]);
  return [
    seen('stored', stored, 'was not read back'),
    ...journey.logs.map(({ name, group, missing = `is not in ${group}` }, index) => seen(name, rest[index], missing)),
    isEnded(journey, request, rest[journey.logs.length]),
    ...(request.deleted ? [seen('deleted', request.deleted, '')] : []),
  ];
}

/**
 * Returns the end of the request: by its own timestamp, else by the timestamp of the line that confirms it, else by the
 * time of the observation.
 */
function ending({ readBack }: Journey, { states, confirmed }: RequestJourney): Sighting | undefined {
  const last = states.at(-1);
  if (last?.status !== readBack.until) return undefined;
  return !last.exact && confirmed?.exact ? confirmed : last;
}

/**
 * Corrects the times. An event that was observed late, or was timed by a clock that is ahead, happened no later than
 * the event that followed from it.
 */
function inOrder(sightings: readonly (Sighting | undefined)[]): (Sighting | undefined)[] {
  let latest = Number.POSITIVE_INFINITY;
  return sightings
    .toReversed()
    .map((one) => {
      if (!one) return undefined;
      const ordered = one.ms <= latest ? one : { ...one, ms: latest, exact: false };
      latest = ordered.ms;
      return ordered;
    })
    .toReversed();
}

function refused({ request }: Journey, { sent, id }: RequestJourney, shared: boolean): Behaviour | undefined {
  const say = (status: Behaviour['status'], text: string): Behaviour => ({ name: 'stored', status, text });
  if (sent.kind === 'refused') return say('failed', `was not sent: ${sent.message}`);
  if (sent.kind === 'silent') return say('not-ready', `was not answered: ${sent.message}`);
  const answer = `was answered ${sent.status} ${JSON.stringify(sent.body.slice(0, 120))}`;
  if (sent.status >= 500) return say('not-ready', answer);
  if (sent.status !== request.status || !id) return say('failed', answer);
  if (shared)
    return say(
      'failed',
      'was answered with the id of another request: give each a body of its own, with {correlationId}',
    );
  return undefined;
}

function seen(name: string, sighting: Sighting | undefined, missing: string): Behaviour {
  if (!sighting) return { name, status: 'not-ready', text: missing };
  const { ms, exact = false } = sighting;
  return { name, status: 'passed', ms, exact, text: `${name} ${when(sighting)}` };
}

function when({ ms, exact }: Sighting): string {
  return exact ? `after ${ms} ms` : `(seen by ${ms} ms)`;
}

function isEnded({ readBack }: Journey, request: RequestJourney, ended: Sighting | undefined): Behaviour {
  const say = (status: Behaviour['status'], text: string): Behaviour => ({ name: 'processed', status, text });
  const { until, failed, underway, confirmedBy } = readBack;
  const last = request.states.at(-1);
  const path = request.states.map((state) => state.status).join(' → ') || 'no status';
  if (last && failed.includes(last.status)) {
    const retries = readBack.retries === undefined ? '' : ` after ${last.retryCount} retries`;
    return say('failed', `is ${last.status}${retries}: ${request.failureReason ?? 'no reason given'}`);
  }
  if (last && underway && last.status !== until && !underway.includes(last.status)) {
    return say('failed', `has the unknown status ${last.status}`);
  }
  if (!ended) return say('not-ready', `got no further than ${path}`);
  if (confirmedBy && !request.confirmed)
    return say('not-ready', `is ${until}, but ${confirmedBy.missing ?? `${confirmedBy.group} does not say so`}`);
  return { ...say('passed', `${path} ${when(ended)}`), ms: ended.ms, exact: ended.exact ?? false };
}

/**
 * Reports whether the queue's count is back. Messages of other requests change the count too, so the function requires
 * only the previous count or a lower one.
 */
export function isBack({ before, after }: { before: Queues; after: Queues }): boolean {
  return total(after.queue) <= total(before.queue);
}

/**
 * Judges the deletion of the messages. A consumer that logs each deletion after SQS confirmed it proves the deletions
 * without counts, which may be a minute old. The counts decide only for a consumer that logs no deletions.
 */
function deletion(
  { requests }: JourneyObservation,
  { before, after }: { before: Queues; after: Queues },
  consumer: string,
  line: string | undefined,
): Behaviour & { restsOn?: string } {
  const grown = after.deadLetters && before.deadLetters ? total(after.deadLetters) - total(before.deadLetters) : 0;
  const say = (status: Behaviour['status'], text: string): Behaviour => ({ name: 'deleted', status, text });
  if (grown > 0) return say('failed', `the dead-letter queue grew by ${grown}`);
  const counts = `queue ${total(before.queue)} before, ${total(after.queue)} after`;
  const log = `${consumer}'s log`;
  if (areDeleted(requests)) {
    const restsOn = `${log}, which says so once SQS has confirmed the deletion`;
    return { ...say('passed', `messages deleted, as ${log} says`), restsOn };
  }
  const refusal = requests.find(({ undeleted }) => undeleted !== undefined)?.undeleted;
  if (refusal) return say('not-ready', `${consumer} could not delete a message: ${refusal}`);
  const silent = requests.filter(({ deleted }) => !deleted).map(({ id, correlationId }) => id ?? correlationId);
  if (silent.length < requests.length) {
    return say('not-ready', `${log} does not say that the message of ${silent.join(', ')} is deleted`);
  }
  const restsOn = `the queue's counts alone, which SQS may update a minute late: ${consumer} logs no deletion${line ? ` (\`${line}\`)` : ''}`;
  return isBack({ before, after })
    ? { ...say('passed', `messages deleted, by the queue's counts alone (${counts})`), restsOn }
    : say('not-ready', `messages remain (${counts})`);
}

export function areDeleted(requests: readonly RequestJourney[]): boolean {
  return requests.length > 0 && requests.every(({ deleted }) => deleted !== undefined);
}

/** Reports whether only the counts can show a deletion: the consumer logged neither a deletion nor a failed deletion. */
export function onlyCountsTell(requests: readonly RequestJourney[]): boolean {
  return requests.every(({ deleted, undeleted }) => !deleted && undeleted === undefined);
}
