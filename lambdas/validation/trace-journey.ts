import { randomUUID } from 'node:crypto';
import type { Conclusion } from '../contracts/contracts.ts';
import type { Journey } from '../contracts/journeys.ts';
import { UnexpectedResponseError } from '../runtime/unexpected-response.ts';
import {
  areDeleted,
  concludeJourney,
  isBack,
  isReached,
  type JourneyObservation,
  lastStep,
  onlyCountsTell,
  type Queues,
  type RequestJourney,
  stepSeen,
  type Wording,
} from './checks/journey.ts';
import { type QueueCounts, total } from './checks/sqs-backlog.ts';
import {
  CLOCK_SKEW_MS,
  type JourneyPorts,
  type Place,
  readLogs,
  readState,
  send,
  type TracedRequest,
  unsent,
} from './journey-steps.ts';
import type { QueuesPort } from './observe-queues.ts';

export interface TracePorts extends JourneyPorts {
  queues: QueuesPort;
  /** Returns why no request may be sent to the host, such as that it is no address of this environment. */
  refusal(): Promise<string | undefined>;
  /** Returns why no consumer will take the messages of the queue, as soon as that is certain. */
  reasonStuck?: ((counts: QueueCounts) => Promise<string | undefined>) | undefined;
}

/** A journey, where it is, and how it is spoken of. */
export interface Traced {
  journey: Journey;
  place: Place;
  wording: Wording;
  run: string;
  /** A single request may succeed by chance. */
  requests: number;
}

/**
 * This is the first wait; later waits increase. A healthy worker is fast, and CloudWatch Logs accepts few searches a
 * second.
 */
const POLL_MS = 250;
const SLOWEST_POLL_MS = 2_000;
/** The function waits this long before it counts the queue again. */
const BETWEEN_COUNTS_MS = 750;
/** The deadline applies to the whole journey. The state machine retries a request that takes longer. */
const DEADLINE_MS = 90_000;
/** The queue has to be back twice, because one count may not have been updated by SQS yet. */
const TIMES_BACK = 2;
/** A healthy worker has received its message by then, and nobody is asked about the worker. */
const PROMPT_MS = 3_000;

/** A batch contains the requests that were sent together. */
interface Batch {
  /** The time is in milliseconds since the epoch, before the first request was sent. */
  started: number;
  /** These are the counts of the queues before the first request was sent. */
  before: Queues | undefined;
  /**
   * Each correlation id contains this id. One pattern finds the lines of all requests, because CloudWatch Logs accepts
   * few searches a second.
   */
  id: string;
  requests: readonly TracedRequest[];
}

/** The end says why the polling stopped. Without queues, they are counted once more. */
interface End {
  queues?: Queues | undefined;
  /** The text says why no worker will process the requests. */
  stuck?: string;
}

/** Sends requests and traces each until its message is deleted, it has failed, or the time is over. */
export async function traceJourney(traced: Traced, ports: TracePorts): Promise<Conclusion> {
  const { journey, place, wording } = traced;
  const batch = await sendAll(traced, ports);
  const { queues, stuck } = await pollUntilEnd(batch, traced, ports);
  const after = queues ?? (await bothQueues(place, ports.queues));
  const observation: JourneyObservation = {
    requests: batch.requests.map(({ sentAt: _, ...one }) => one),
    ...(batch.before && after ? { queues: { before: batch.before, after } } : {}),
    ...(stuck ? { stuck } : {}),
  };
  return concludeJourney(journey, wording, observation);
}

async function sendAll({ journey, place, run, requests }: Traced, ports: TracePorts): Promise<Batch> {
  const { clock } = ports;
  const started = clock.now();
  // A request must never be sent to a host that is not this environment's own.
  const [before, refusal] = await Promise.all([bothQueues(place, ports.queues), ports.refusal()]);
  const id = `runbook-${run}-${randomUUID()}`;
  const ids = Array.from({ length: requests }, (_, index) => `${id}-${index + 1}`);
  const sent = ids.map((one) => (refusal ? unsent(refusal, one, clock) : send(journey, place, run, one, ports)));
  return { started, before, id, requests: await Promise.all(sent) };
}

async function pollUntilEnd(batch: Batch, traced: Traced, ports: TracePorts): Promise<End> {
  const { clock } = ports;
  const { requests, before } = batch;
  const { journey, place } = traced;
  const isDone = (request: RequestJourney) => isReached(journey, request);
  let timesBack = 0;
  let pollMs = POLL_MS;
  // The first poll is immediate, because otherwise it would never see the first state of a fast worker.
  while (clock.now() - batch.started < DEADLINE_MS) {
    await Promise.all(requests.map((request) => readState(request, journey, place, ports)));
    const late = clock.now() - batch.started > PROMPT_MS;
    const queues = await readQueuesAndLogs(batch, late, traced, ports);
    if (requests.some((request) => isTerminal(journey, request))) return {};
    const isWaiting = requests.some((request) => !lastSeen(journey, request) && isFirst(journey, request));
    const stuck = late && isWaiting && (await reasonStuck(place, ports));
    if (stuck) return { stuck };
    if (requests.every(isDone) && !before) return {};
    if (before && queues && requests.every(isDone)) {
      timesBack = onlyCountsTell(requests) && isBack({ before, after: queues }) ? timesBack + 1 : 0;
      if (areDeleted(requests) || timesBack >= TIMES_BACK) return { queues };
      if (grown(before, queues) > 0) return {};
    }
    await clock.sleep(requests.every(isDone) ? BETWEEN_COUNTS_MS : pollMs);
    pollMs = Math.min(1.5 * pollMs, SLOWEST_POLL_MS);
  }
  return {};
}

const grown = (before: Queues, after: Queues): number =>
  before.deadLetters && after.deadLetters ? total(after.deadLetters) - total(before.deadLetters) : 0;

/** @returns the queues, after every request has reached its last state */
async function readQueuesAndLogs(
  { requests, started, id }: Batch,
  late: boolean,
  { journey, place }: Traced,
  ports: TracePorts,
): Promise<Queues | undefined> {
  const isEnded = ({ states }: RequestJourney) => states.at(-1)?.status === journey.readBack.until;
  const [queues] = await Promise.all([
    requests.every(isEnded) ? bothQueues(place, ports.queues) : undefined,
    // Before the worker has received a request, its log contains no line about it.
    late || !requests.every((request) => isFirst(journey, request))
      ? readLogs(requests, journey, place, ports, { text: id, since: started - CLOCK_SKEW_MS })
      : undefined,
  ]);
  return queues;
}

function isTerminal({ readBack }: Journey, { id, states }: RequestJourney): boolean {
  return !id || readBack.failed.includes(states.at(-1)?.status ?? '');
}

/** Reports whether the request is in its first state, as far as it was read back. */
function isFirst({ readBack }: Journey, { states }: RequestJourney): boolean {
  const [first] = readBack.underway ?? [];
  const last = states.at(-1)?.status;
  return last === undefined || last === first;
}

/** Reports whether anything shows that the last service has received the request. */
function lastSeen(journey: Journey, request: RequestJourney): boolean {
  const last = lastStep(journey);
  return last !== undefined && stepSeen(journey, request, last) !== undefined;
}

async function reasonStuck({ queue }: Place, { queues, reasonStuck: ask }: TracePorts): Promise<string | undefined> {
  if (!queue || !ask) return undefined;
  return ask(found(await queues.queueCounts(queue), queue));
}

async function bothQueues({ queue, deadLetters }: Place, queues: QueuesPort): Promise<Queues | undefined> {
  if (!queue) return undefined;
  const [counts, dead] = await Promise.all([
    queues.queueCounts(queue),
    deadLetters ? queues.queueCounts(deadLetters) : undefined,
  ]);
  return { queue: found(counts, queue), ...(deadLetters ? { deadLetters: found(dead, deadLetters) } : {}) };
}

function found(counts: QueueCounts | undefined, url: string): QueueCounts {
  if (!counts) throw new UnexpectedResponseError(`queue ${url} does not exist`);
  return counts;
}
