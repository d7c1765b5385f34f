import { CHECKS, type CheckName } from '../../../lambdas/contracts/contracts.ts';
import { aRecord, aRequest, outputs } from '../../unit/lambdas/support/fixtures.ts';
import type { Cell } from './cells.ts';
import { type Endpoint, type Play, questionOf } from './endpoint.ts';
import { FAULTS, type Fault, memberFaults } from './faults.ts';
import { http } from './http.ts';
import { BROKEN, type Broken, orders, platform } from './platform.ts';

type Handler = (event: unknown, context: object) => Promise<{ status: string; observed: string }>;

/**
 * Runs a validator like Lambda does.
 * @returns its status and observation, or the name and message of the error with which it ends
 */
export async function validate(check: CheckName): Promise<string> {
  const { handler } = (await import(`../../../lambdas/handlers/check-${check}.ts`)) as { handler: Handler };
  const record = aRecord({ outputs: { ...outputs, ...hereAre('order_events_queue_url', 'order_events_dlq_url') } });
  const event = { request: aRequest({ machine: 'validate', record }), since: '2026-01-01T00:00:00Z' };
  return handler(event, {}).then(
    ({ status, observed }) => `${status}: ${observed}`,
    (error: Error) => `${error.name}: ${error.message}`,
  );
}

/** The SDK sends its calls to the URL of the queue. */
const hereAre = (...names: ('order_events_queue_url' | 'order_events_dlq_url')[]) =>
  Object.fromEntries(names.map((name) => [name, `${process.env.AWS_ENDPOINT_URL}${new URL(outputs[name]).pathname}`]));

export function be(endpoint: Endpoint, play: Play, answer: Broken['http'] = orders('PROCESSED')): void {
  endpoint.play = play;
  http.answer = answer;
}

/** Returns each call that a check makes, and the faults of its answer. */
async function positions(check: CheckName, { changes, http: answer }: Broken, endpoint: Endpoint) {
  const play = platform(changes);
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
  for (const check of CHECKS) {
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
  check: CheckName,
  { changes, http: answer }: Broken,
  endpoint: Endpoint,
  position: string,
  fault: Fault,
): Promise<string | undefined> {
  const broken = platform(changes);
  const well = platform();
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
