import { type EcsService, ecsServices } from '../checks/ecs-services.ts';
import type { Clock } from '../shared/clock.ts';
import type { Conclusion } from '../shared/contracts.ts';
import type { OutputsOf } from '../shared/outputs.ts';

export interface ServicesPort {
  describeServices(cluster: string, names: readonly string[]): Promise<EcsService[]>;
}

/** Longer than a crashing task lives, or at least than ECS takes to notice. */
const BETWEEN_LOOKS_MS = 6_000;

/** Looks once, and only when that looks well a second time. */
export async function lookAtServices(
  outputs: OutputsOf<'ecs-services'>,
  ecs: ServicesPort,
  clock: Clock,
): Promise<Conclusion> {
  const look = () =>
    ecs.describeServices(outputs.ecs_cluster_name, [outputs.api_service_name, outputs.worker_service_name]);
  const first = await look();
  const conclusion = ecsServices({ first, second: first });
  if (conclusion.status !== 'passed') return conclusion;
  await clock.sleep(BETWEEN_LOOKS_MS);
  return ecsServices({ first, second: await look() });
}
