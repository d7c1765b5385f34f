import type { Conclusion } from '../contracts/contracts.ts';
import { imagesOf, servicesOf } from '../contracts/images.ts';
import type { OutputsOf, StackOutputs } from '../contracts/outputs.ts';
import type { CheckRequest } from '../contracts/request.ts';
import type { Clock } from '../runtime/clock.ts';
import { InputError } from '../runtime/errors.ts';
import { type EcsService, ecsServices, STEADY_MS } from './checks/ecs-services.ts';
import { serviceNames } from './service-names.ts';

export interface ServicesPort {
  describeServices(cluster: string, names: readonly string[]): Promise<EcsService[]>;
}

const BETWEEN_LOOKS_MS = 1_000;
/** The time is long enough for tasks that have just started. The machine waits for a rollout that takes longer. */
const PATIENCE_MS = 8_000;

/** @throws {InputError} when no image names the service that runs it */
export async function observeServices(
  outputs: OutputsOf<'ecs-services'> & StackOutputs,
  request: CheckRequest,
  ecs: ServicesPort,
  clock: Clock,
): Promise<Conclusion> {
  const names = serviceNames(servicesOf(imagesOf(request)), outputs);
  if (names.length === 0) throw new InputError('no image of stack.images names the output of a service that runs it');
  for (const until = clock.now() + PATIENCE_MS; ; ) {
    const services = await ecs.describeServices(outputs.ecs_cluster_name, names);
    const now = clock.now();
    const conclusion = ecsServices(services, now, request.record?.taskDefinitions ?? {});
    if (conclusion.status !== 'not-ready' || now >= until) return conclusion;
    await clock.sleep(Math.min(untilSteady(services, now), BETWEEN_LOOKS_MS));
  }
}

/** Returns the time until the youngest task has run for long enough. The time is infinite when all tasks have. */
function untilSteady(services: readonly EcsService[], now: number): number {
  const ms = services.flatMap(({ runningTasks }) => runningTasks.map(({ startedAt }) => startedAt + STEADY_MS - now));
  return Math.min(...ms.filter((one) => one > 0));
}
