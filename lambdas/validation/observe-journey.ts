import type { Conclusion } from '../contracts/contracts.ts';
import type { Journey } from '../contracts/journeys.ts';
import type { CheckRequest } from '../contracts/request.ts';
import { type Lookup, lookupKey } from '../contracts/resource-checks.ts';
import { InputError } from '../runtime/errors.ts';
import type { Wording } from './checks/journey.ts';
import type { Place } from './journey-steps.ts';
import { type TracePorts, traceJourney } from './trace-journey.ts';

/**
 * Follows a journey that the configuration lists. Its endpoint and its queues are resources that "Read outputs" found
 * in the Terraform state of the environment, so that no request is sent to another.
 * @throws {InputError} when the record does not have them, or has several
 */
export async function observeJourney(
  journey: Journey,
  request: CheckRequest,
  ports: Omit<TracePorts, 'refusal' | 'reasonStuck'>,
): Promise<Conclusion> {
  const { run, orders = 1 } = request;
  const requests = Math.max(orders, fewestRequests(journey));
  const here = withGroups(journey, request.names.prefix);
  const conclusion = await traceJourney(
    { journey: here, place: placeOf(journey, request), wording: wordingOf(here), run, requests },
    { ...ports, refusal: async () => undefined },
  );
  return { ...conclusion, evidence: { ...conclusion.evidence, steps: stepsOf(journey) } };
}

/**
 * Returns the number of requests that show whether a request is handled. A service that recognizes equal requests may
 * answer with the id of an earlier validation, and what is read back is finished then. A line with the correlation id
 * rules that out. Without such a line, a second request gets the same id, and fails.
 */
function fewestRequests({ logs, readBack }: Journey): number {
  return logs.length > 0 || readBack.confirmedBy ? 1 : 2;
}

/** Returns the journey with the log groups of this environment. */
function withGroups(journey: Journey, prefix: string): Journey {
  const { logs, readBack, queue } = journey;
  const here = <L extends { group: string }>(line: L): L => ({
    ...line,
    group: line.group.replaceAll('{prefix}', () => prefix),
  });
  return {
    ...journey,
    logs: logs.map(here),
    readBack: { ...readBack, ...(readBack.confirmedBy ? { confirmedBy: here(readBack.confirmedBy) } : {}) },
    ...(queue ? { queue: { ...queue, ...(queue.deleted ? { deleted: here(queue.deleted) } : {}) } } : {}),
  };
}

function placeOf({ request: { of, scheme }, queue }: Journey, request: CheckRequest): Place {
  const endpoint = resolved({ kind: 'http', of }, request);
  const url = new URL(/^https?:\/\//i.test(endpoint) ? endpoint : `${scheme}://${endpoint}`);
  return {
    host: url.host,
    scheme: url.protocol === 'http:' ? 'http' : 'https',
    base: url.pathname.replace(/\/$/, ''),
    group: (name) => name,
    queue: queue && resolved({ kind: 'sqs', of: queue.of }, request),
    deadLetters: queue?.deadLetters && resolved({ kind: 'sqs', of: queue.deadLetters }, request),
  };
}

function resolved(lookup: Lookup, { environment, record }: CheckRequest): string {
  const key = lookupKey(lookup);
  const found = record?.targets?.[key];
  if (!found)
    throw new InputError(
      `the record of environment "${environment}" does not say which resource "${key}" is: provision it again`,
    );
  const [one, another] = found;
  if (!one || another) throw new InputError(`"${key}" is ${found.length} resources, and a journey has one`);
  return one.id;
}

/** Returns the names of the steps, in their order. */
export function stepsOf({ logs, queue }: Journey): string[] {
  return ['stored', ...logs.map(({ name }) => name), 'processed', ...(queue ? ['deleted'] : [])];
}

function wordingOf({ request, readBack, logs, queue }: Journey): Wording {
  const parts = [
    `POST ${request.path} is ${request.status}`,
    `it is read back until ${readBack.state} is ${readBack.until}`,
    ...logs.map(({ name, group }) => `it is seen in ${group} (${name})`),
    ...(queue ? ['the queue is back to where it was'] : []),
  ];
  return { noun: 'request', consumer: 'the consumer', expected: parts.join('; ') };
}
