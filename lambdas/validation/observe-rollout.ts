import { DEPLOY_OUTPUTS, withOutputs } from '../contracts/outputs.ts';
import type { RolloutEvent, RolloutResult } from '../contracts/payloads.ts';
import { InputError, NotReadyError } from '../runtime/errors.ts';
import { rollout, type ServiceRollout } from './checks/rollout.ts';
import type { ServicesPort } from './observe-services.ts';

export interface RolloutPorts extends ServicesPort {
  /** Images of a task definition's containers. */
  imagesOf(taskDefinition: string): Promise<string[]>;
}

/**
 * What ECS made of the images that the services were given.
 * @throws {NotReadyError} while it is still at it
 */
export async function observeRollout(
  { request, images, since }: RolloutEvent,
  ports: RolloutPorts,
): Promise<RolloutResult> {
  const { success, data: outputs } = withOutputs(DEPLOY_OUTPUTS).safeParse(request.record?.outputs);
  if (!success) throw new InputError(`environment "${request.environment}" has no outputs: provision it first`);
  const wanted = [
    { name: outputs.api_service_name, image: images.api },
    { name: outputs.worker_service_name, image: images.worker },
  ];
  const names = wanted.map(({ name }) => name);
  const services = await ports.describeServices(outputs.ecs_cluster_name, names);
  const rollouts = await Promise.all(
    services.map(async (service): Promise<ServiceRollout> => {
      const definitions = [...new Set(service.deployments.map(({ taskDefinition }) => taskDefinition))];
      const pairs = definitions.map(async (arn) => [arn, await ports.imagesOf(arn)] as const);
      const image = wanted.find(({ name }) => name === service.name)?.image ?? '';
      return { service, wanted: image, images: Object.fromEntries(await Promise.all(pairs)) };
    }),
  );
  const { status, summary } = rollout(rollouts, Date.parse(since));
  if (status === 'pending') throw new NotReadyError(summary);
  return { verdict: status === 'completed' ? 'COMPLETED' : 'REFUSED', summary };
}
