import { vi } from 'vitest';
import { CHECKS } from '../../../lambdas/contracts/contracts.ts';
import { aRecord, aRequest, outputs } from '../../unit/lambdas/support/fixtures.ts';
import { BUILD_BROKEN, BUILD_SUBJECT, BUILD_VARIABLES } from './builds.ts';
import type { Cell } from './cells.ts';
import { type Endpoint, type Play, questionOf } from './endpoint.ts';
import { FAULTS, type Fault, memberFaults } from './faults.ts';
import { http } from './http.ts';
import { JOURNEY_BROKEN, JOURNEY_SUBJECT, JOURNEY_VARIABLES, journeyTargets } from './journeys.ts';
import { type Broken, BROKEN as OF_PLATFORM, orders } from './platform.ts';
import { RESOURCE_BROKEN, RESOURCE_SUBJECTS, resourcesOf, worldOf } from './resources.ts';

type Handler = (event: unknown, context: object) => Promise<{ status: string; observed: string }>;

/** Checks of the order platform, one of a resource of each kind, one that is a build, and a journey. */
export const SUBJECTS: readonly string[] = [...CHECKS, ...RESOURCE_SUBJECTS, BUILD_SUBJECT, JOURNEY_SUBJECT];
export const BROKEN: Record<string, readonly Broken[]> = {
  ...OF_PLATFORM,
  ...RESOURCE_BROKEN,
  [BUILD_SUBJECT]: BUILD_BROKEN,
  [JOURNEY_SUBJECT]: JOURNEY_BROKEN,
};

/** A validator as Lambda runs it. @returns its status, or the name of the error that it ends with */
export async function validate(check: string): Promise<string> {
  const resources = resourcesOf(check);
  const handler = await handlerOf(check);
  const targets = check === JOURNEY_SUBJECT ? journeyTargets() : resources?.resolved;
  const own = targets ? { targets } : {};
  const record = aRecord({
    ...own,
    outputs: { ...outputs, ...hereAre('order_events_queue_url', 'order_events_dlq_url') },
  });
  const event = { request: aRequest({ machine: 'validate', record }), since: '2026-01-01T00:00:00Z' };
  return handler(event, {}).then(
    ({ status, observed }) => `${status}: ${observed}`,
    (error: Error) => `${error.name}: ${error.message}`,
  );
}

const handlers = new Map<string, Handler>();

/** A function reads its variables once, so each check of resources is a function of its own. */
async function handlerOf(check: string): Promise<Handler> {
  const known = handlers.get(check);
  if (known) return known;
  const resources = resourcesOf(check);
  if (resources) {
    Object.assign(process.env, { CHECK: 'resources', TARGETS: resources.targets });
    vi.resetModules();
  }
  const variables = { [BUILD_SUBJECT]: BUILD_VARIABLES, [JOURNEY_SUBJECT]: JOURNEY_VARIABLES }[check];
  if (variables) {
    Object.assign(process.env, variables);
    vi.resetModules();
  }
  const file = `check-${resources ? 'resources' : check}`;
  const { handler } = (await import(`../../../lambdas/handlers/${file}.ts`)) as { handler: Handler };
  handlers.set(check, handler);
  return handler;
}

/** A queue's URL is where the SDK sends its calls. */
const hereAre = (...names: ('order_events_queue_url' | 'order_events_dlq_url')[]) =>
  Object.fromEntries(names.map((name) => [name, `${process.env.AWS_ENDPOINT_URL}${new URL(outputs[name]).pathname}`]));

export function be(endpoint: Endpoint, play: Play, answer: Broken['http'] = orders('PROCESSED')): void {
  endpoint.play = play;
  http.answer = answer;
}

/** Each call that a check makes, and the faults of its answer. */
async function positions(check: string, { changes, http: answer }: Broken, endpoint: Endpoint) {
  const play = worldOf(check, changes);
  const faults = new Map<string, Fault[]>();
  be(
    endpoint,
    (request) => {
      const one = play(request);
      const question = positionOf(questionOf(request));
      if (!faults.has(question)) faults.set(question, one.status === 200 ? memberFaults(one) : []);
      return one;
    },
    answer,
  );
  await validate(check);
  return [...faults];
}

/** Removes the parts that change between runs: times, and the ids of orders. */
const positionOf = (question: string) => question.replaceAll(/\d{13}|runbook-dev-[\w-]+/g, '0');

const STALE: Fault = { name: 'stale once', apply: (answer) => answer };
/** A check ends with one of these statuses or errors. Any other end is wrong. */
const KNOWN = /^(passed|failed|unknown|DependencyError|NotReadyError): /;

export async function validatorCells(endpoint: Endpoint): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const check of SUBJECTS) {
    for (const broken of BROKEN[check] ?? []) {
      for (const [position, faults] of await positions(check, broken, endpoint)) {
        const [, action] = JSON.parse(position) as [string, string];
        for (const fault of [...FAULTS, ...faults, STALE]) {
          cells.push({
            subject: check,
            name: [check, broken.name, action, fault.name].join(' · '),
            fault: fault.name,
            run: () => outcome(check, broken, endpoint, position, fault),
          });
        }
      }
    }
  }
  return cells;
}

async function outcome(
  check: string,
  { changes, before, http: answer }: Broken,
  endpoint: Endpoint,
  position: string,
  fault: Fault,
): Promise<string | undefined> {
  const broken = worldOf(check, changes);
  const well = worldOf(check, before);
  let met = 0;
  const isThere = (question: string) => positionOf(question) === position;
  be(
    endpoint,
    (request) => (fault === STALE && isThere(questionOf(request)) && met++ === 0 ? well(request) : broken(request)),
    answer,
  );
  endpoint.pass = (one, request) =>
    fault !== STALE && isThere(questionOf(request)) ? fault.apply(one, request, met++) : one;
  const said = await validate(check);
  return said.startsWith('passed') || !KNOWN.test(said) ? said.slice(0, 200) : undefined;
}
