import { crashesSince, type Deployment, type EcsService, shortDefinition } from './ecs-services.ts';
import { describeStop } from './stopped-tasks.ts';

/** Times are milliseconds since the epoch. */
export interface ServiceRollout {
  service: EcsService;
  /** The tasks have to run these images, which are named by digest. There is at least one. */
  wanted: readonly string[];
  /** The keys are the ARNs of the task definitions of the service's deployments. The values are their images. */
  images: Readonly<Record<string, readonly string[]>>;
}

/** The status is ECS's decision, or `pending` before it. */
export interface RolloutConclusion {
  status: 'completed' | 'refused' | 'pending';
  summary: string;
}

const GIVEN_UP = /deployment failed|rolling back|rolled back/i;

/**
 * Reports whether every service runs the image that was deployed. The function compares images, not names of task
 * definitions: after a rollback by ECS, the rollout is COMPLETED too, with the previous image.
 * @param since a time before the services were changed
 */
export function rollout(rollouts: readonly ServiceRollout[], since: number): RolloutConclusion {
  const conclusions = rollouts.map((one) => judge(one, since));
  const status = (['refused', 'pending'] as const).find((worst) => conclusions.some((one) => one.status === worst));
  const telling = status ? conclusions.filter((one) => one.status === status) : conclusions;
  return { status: status ?? 'completed', summary: telling.map(({ summary }) => summary).join('; ') };
}

function judge({ service, wanted, images }: ServiceRollout, since: number): RolloutConclusion {
  const { name, status, desired, running, pending, deployments, events } = service;
  const say = (status: RolloutConclusion['status'], text: string) => ({ status, summary: `${name}: ${text}` });
  const runsWanted = ({ taskDefinition }: Deployment) =>
    wanted.length > 0 && wanted.every((image) => images[taskDefinition]?.includes(image));
  if (status !== 'ACTIVE') return say('refused', `service is ${status}`);
  const primary = deployments.find((one) => one.status === 'PRIMARY');
  if (!primary) return say('pending', 'ECS reports no PRIMARY deployment');

  const failed = deployments.find((one) => one.rolloutState === 'FAILED' && runsWanted(one));
  const event = events.find((one) => one.at >= since && GIVEN_UP.test(one.message));
  const crashes = crashesSince(service, { ...primary, createdAt: since, rolloutState: 'IN_PROGRESS' });
  const crash = describeStop(crashes.at(-1));
  if (failed || (event && !runsWanted(primary))) {
    const why = failed?.rolloutStateReason ?? event?.message ?? 'the rollout FAILED';
    const back = runsWanted(primary) ? '' : `; ECS rolled back to ${shortDefinition(primary.taskDefinition)}`;
    return say('refused', `${why}${crash ? ` Last stopped task: ${crash}` : ''}${back}`);
  }
  const counts = `${running}/${desired} running, ${pending} pending, ${shortDefinition(primary.taskDefinition)}`;
  const settled = primary.rolloutState === 'COMPLETED' && deployments.length === 1 && running === desired;
  if (runsWanted(primary) && settled)
    return say('completed', `${running}/${desired} run ${shortDefinition(primary.taskDefinition)}`);
  const state = runsWanted(primary) ? `rollout ${primary.rolloutState}` : 'not the new image yet';
  return say('pending', `${counts}, ${state}${crash ? `, last stopped task: ${crash}` : ''}`);
}
