import { lookupsOfJourney } from '../../../lambdas/contracts/journeys.ts';
import type { ResolvedTargets } from '../../../lambdas/contracts/resolved-targets.ts';
import { lookupKey } from '../../../lambdas/contracts/resource-checks.ts';
import { E2E_ORDER } from '../../../lambdas/validation/e2e-order.ts';
import { outputs } from '../../unit/lambdas/support/fixtures.ts';
import { BROKEN, type Broken } from './platform.ts';

/** The order of the order platform, as a configuration would list it: its worlds are those of `e2e-order`. */

export const JOURNEY_SUBJECT = 'journey';

const worker = '/ecs/{prefix}/worker';
const { confirmedBy: _, ...readBack } = E2E_ORDER.readBack;
const JOURNEY = {
  ...E2E_ORDER,
  readBack,
  logs: E2E_ORDER.logs.map((step) => ({ ...step, group: step.name === 'consumed' ? worker : '/ecs/{prefix}/api' })),
  queue: { ...E2E_ORDER.queue, deleted: undefined },
};
export const JOURNEY_VARIABLES = { CHECK: 'jobs', JOURNEY: JSON.stringify(JOURNEY) };
export const JOURNEY_BROKEN: readonly Broken[] = BROKEN['e2e-order'] ?? [];

/** The record has the endpoint and the queues. A queue's URL is where the SDK sends its calls. */
export function journeyTargets(): ResolvedTargets {
  const here = (url: string) => `${process.env.AWS_ENDPOINT_URL}${new URL(url).pathname}`;
  return Object.fromEntries(
    lookupsOfJourney(E2E_ORDER).map((lookup) => {
      const value = String(outputs[lookup.of?.output as keyof typeof outputs]);
      return [lookupKey(lookup), [{ address: 'x.x', type: 'x', id: lookup.kind === 'sqs' ? here(value) : value }]];
    }),
  );
}
