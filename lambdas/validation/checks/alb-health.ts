import type { Conclusion } from '../../contracts/contracts.ts';
import { conclude, type Observation } from './conclude.ts';
import type { EcsService } from './ecs-services.ts';
import { expectedHealth, type HealthCheck, httpHealth } from './http-health.ts';
import { type ListenerRule, routeOf } from './listener-rules.ts';

export interface TargetHealth {
  id: string;
  port?: number;
  state: string;
  reason?: string;
  description?: string;
}

/** An observation is the response, or the reason why there is none. `body` is limited to the adapter's cap. */
export type HttpObservation =
  | {
      kind: 'answer';
      status: number;
      body: string;
      address: string;
      location?: string;
      ms: number;
      /** When the certificate ends, in milliseconds; absent without TLS. */
      validTo?: number;
      /** For how many seconds a cache has had the answer; absent where no cache says so. */
      age?: number;
    }
  /** We refuse to talk to it, or it broke the rules: waiting does not help. */
  | { kind: 'refused'; message: string }
  /** There is no name, no connection, or no response in time. A later call may get a response. */
  | { kind: 'silent'; message: string };

export interface TargetGroup extends HealthCheck {
  /** The port of the health check; absent where it is that of the traffic. */
  port?: number;
  loadBalancers: { arn: string; dnsName: string }[];
}

export interface AlbObservation {
  /** This is Terraform's output `alb_dns_name`. */
  dnsName: string;
  /** Terraform's output `api_target_group_arn`. */
  groupArn: string;
  /** The member is absent when the group does not exist. */
  group?: TargetGroup;
  /** The rules of the listener for HTTP on port 80; absent without one, or when the address is not the group's own. */
  rules?: readonly ListenerRule[];
  targets: TargetHealth[];
  /** The targets have to be the tasks of this service. */
  service: EcsService;
  health: HttpObservation;
}

const TARGETS = 'the healthy targets of the group are the running tasks of the service, as many as it desires';

export function albHealth(observation: AlbObservation): Conclusion {
  const { service, group } = observation;
  const observations = [
    loadBalancer(observation),
    ...targets(observation),
    ...(group ? [...health(observation, group), ...route(observation, group)] : []),
  ];
  return conclude(`${expectedHealth(group)}, and ${TARGETS}`, observations, {
    dnsName: observation.dnsName,
    ...(group?.path ? { path: group.path } : {}),
    targets: observation.targets,
    service: service.name,
    desired: service.desired,
    tasks: service.runningTasks.map(({ task, address }) => ({ task, address })),
    health: observation.health,
  });
}

/**
 * Judges the answer of the load balancer. Listeners forward to the traffic port, so a health check with another port
 * asks something else of a target. What the traffic port lacks says nothing of the health then.
 */
function health({ health: answer, targets }: AlbObservation, group: TargetGroup): Observation[] {
  const { port } = group;
  const judged = httpHealth(group, answer);
  const isElsewhere = port !== undefined && targets.some((one) => one.port !== port);
  if (!isElsewhere || judged.status !== 'failed' || answer.kind !== 'answer') return [judged];
  const why = `the health check asks port ${port} of a target, and no listener forwards to it`;
  return [{ status: 'unknown', text: `${why}: ${judged.text}` }];
}

export function isOwn(loadBalancers: readonly string[] | undefined, dnsName: string): boolean {
  return loadBalancers?.some((name) => name.toLowerCase() === dnsName.toLowerCase()) ?? false;
}

const namesOf = ({ loadBalancers }: TargetGroup) => loadBalancers.map((one) => one.dnsName);

function loadBalancer({ dnsName, group }: AlbObservation): Observation {
  if (!group) return { status: 'failed', text: 'the target group does not exist' };
  if (isOwn(namesOf(group), dnsName)) return { status: 'passed', text: `${dnsName} serves the target group` };
  const found = namesOf(group).join(', ') || 'no load balancer';
  return { status: 'failed', text: `${dnsName} is not the address of the target group's load balancer (${found})` };
}

/** Another target group, or the load balancer itself, may answer the path as well, and its answer says nothing. */
function route({ dnsName, groupArn, rules }: AlbObservation, group: TargetGroup): Observation[] {
  const { path } = group;
  if (!isOwn(namesOf(group), dnsName) || path === undefined) return [];
  if (!rules) return [{ status: 'failed', text: 'the load balancer has no listener for HTTP on port 80' }];
  const { answers } = routeOf(rules, dnsName, path);
  const others = answers.filter((answer) => answer !== groupArn);
  if (others.length === 0 && answers.length > 0) {
    return [{ status: 'passed', text: `the listener forwards ${path} to the target group alone` }];
  }
  const named = others.map((one) => one.split(':targetgroup/')[1]?.split('/')[0] ?? `the action ${one}`).join(', ');
  return answers.includes(groupArn)
    ? [{ status: 'unknown', text: `${path} may be answered by ${named} instead of the target group` }]
    : [
        {
          status: 'failed',
          text: `the listener has ${path} answered by ${named || 'nothing'}, not by the target group`,
        },
      ];
}

function targets({ group, targets, service }: AlbObservation): Observation[] {
  if (!group) return [];
  // A draining target belongs to a task that is being replaced, and says nothing about the targets in use.
  const serving = targets.filter((one) => one.state !== 'draining');
  if (serving.length === 0) return [{ status: 'not-ready', text: 'no target is registered' }];
  const states = serving.map((one): Observation => {
    const why = [one.reason, one.description].filter(Boolean).join(', ');
    return { status: targetStatus(one.state), text: `target ${one.id}: ${one.state}${why ? ` (${why})` : ''}` };
  });
  return [...states, ...tasks(service, serving)];
}

/**
 * Compares the targets with the running tasks. A target is only an address: a healthy target may belong to something
 * else, and a task may have no target. ECS registers and deregisters targets shortly before and after it counts their
 * tasks, so a difference is `not-ready`.
 */
function tasks({ name, status, desired, runningTasks }: EcsService, serving: readonly TargetHealth[]): Observation[] {
  if (status !== 'ACTIVE') return [{ status: 'failed', text: `service ${name} is ${status}` }];
  if (desired === 0) return [{ status: 'failed', text: `the desired count of ${name} is 0` }];
  const hidden = runningTasks.find(({ address }) => !address);
  if (hidden) return [{ status: 'unknown', text: `${hidden.task} has no address of its own to compare targets with` }];
  const addresses = new Set(runningTasks.map(({ address }) => address));
  const ids = serving.map(({ id }) => id);
  const differences = [
    ...ids.filter((id) => !addresses.has(id)).map((id) => `target ${id} is no running task of ${name}`),
    ...[...addresses].filter((address = '') => !ids.includes(address)).map((one) => `task at ${one} is no target`),
    ...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `target ${id} is registered more than once`),
    ...(runningTasks.length === desired ? [] : [`${runningTasks.length}/${desired} tasks of ${name} run`]),
  ];
  if (differences.length > 0) return differences.map((text) => ({ status: 'not-ready', text }));
  return [{ status: 'passed', text: `${serving.length}/${desired} tasks of ${name} are targets` }];
}

function targetStatus(state: string): Observation['status'] {
  if (state === 'healthy') return 'passed';
  if (state === 'unused') return 'failed';
  // ECS replaces an unhealthy target of a service, or the target recovers together with its dependencies.
  if (state === 'initial' || state === 'unhealthy' || state === 'unhealthy.draining') return 'not-ready';
  return 'unknown';
}
