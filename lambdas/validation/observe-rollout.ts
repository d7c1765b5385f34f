import { imagesOf } from '../contracts/images.ts';
import { DEPLOY_OUTPUTS, withOutputs } from '../contracts/outputs.ts';
import type { RolloutEvent, RolloutResult } from '../contracts/payloads/images.ts';
import { InputError, NotReadyError } from '../runtime/errors.ts';
import { rollout, type ServiceRollout } from './checks/rollout.ts';
import type { ServicesPort } from './observe-services.ts';
import { serviceNames } from './service-names.ts';

export interface RolloutPorts extends ServicesPort {
  /** Returns the images of a task definition's containers. */
  imagesOf(taskDefinition: string): Promise<string[]>;
}

/**
 * Returns the result of ECS's rollout of the images that were deployed.
 * @throws {NotReadyError} while the rollout is in progress
 */
export async function observeRollout(
  { request, images, since }: RolloutEvent,
  ports: RolloutPorts,
): Promise<RolloutResult> {
  const { success, data: outputs } = withOutputs(DEPLOY_OUTPUTS).safeParse(request.record?.outputs);
  if (!success) throw new InputError(`environment "${request.environment}" has no outputs: provision it first`);
  const wanted = new Map<string, string[]>();
  for (const { name, service } of imagesOf(request)) {
    const uri = images[name];
    if (uri === undefined) continue;
    for (const one of serviceNames(service ? [service] : [], outputs))
      wanted.set(one, [...(wanted.get(one) ?? []), uri]);
  }
  if (wanted.size === 0) throw new InputError('no image of stack.images names the output of a service that runs it');
  const names = [...wanted.keys()];
  const services = await ports.describeServices(outputs.ecs_cluster_name, names);
  const rollouts = await Promise.all(
    services.map(async (service): Promise<ServiceRollout> => {
      const definitions = [...new Set(service.deployments.map(({ taskDefinition }) => taskDefinition))];
      const pairs = definitions.map(async (arn) => [arn, await ports.imagesOf(arn)] as const);
      return { service, wanted: wanted.get(service.name) ?? [], images: Object.fromEntries(await Promise.all(pairs)) };
    }),
  );
  const { status, summary } = rollout(rollouts, Date.parse(since));
  if (status === 'pending') throw new NotReadyError(summary);
  return { verdict: status === 'completed' ? 'COMPLETED' : 'REFUSED', summary };
}
