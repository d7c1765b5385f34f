import type { Conclusion } from '../../contracts/contracts.ts';
import { conclude, type Observation } from './conclude.ts';
import type { EcsService } from './ecs-services.ts';

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

export interface AlbObservation {
  /** This is Terraform's output `alb_dns_name`. */
  dnsName: string;
  /**
   * These are the DNS names of the load balancers of the target group. The member is undefined when the group does not
   * exist.
   */
  loadBalancers?: string[];
  targets: TargetHealth[];
  /** The targets have to be the tasks of this service. */
  service: EcsService;
  health: HttpObservation;
}

const EXPECTED =
  'GET /actuator/health is 200 with {"status":"UP"}, and the healthy targets of the group are the running tasks of the service, as many as it desires';

export function albHealth(observation: AlbObservation): Conclusion {
  const { service } = observation;
  return conclude(EXPECTED, [loadBalancer(observation), ...targets(observation), health(observation.health)], {
    dnsName: observation.dnsName,
    targets: observation.targets,
    service: service.name,
    desired: service.desired,
    tasks: service.runningTasks.map(({ task, address }) => ({ task, address })),
    health: observation.health,
  });
}

function loadBalancer({ dnsName, loadBalancers }: AlbObservation): Observation {
  if (!loadBalancers) return { status: 'failed', text: 'the target group does not exist' };
  const own = loadBalancers.some((name) => name.toLowerCase() === dnsName.toLowerCase());
  if (own) return { status: 'passed', text: `${dnsName} serves the target group` };
  const found = loadBalancers.join(', ') || 'no load balancer';
  return { status: 'failed', text: `${dnsName} is not the address of the target group's load balancer (${found})` };
}

function targets({ loadBalancers, targets, service }: AlbObservation): Observation[] {
  if (!loadBalancers) return [];
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

function health(http: HttpObservation): Observation {
  if (http.kind === 'refused') return { status: 'failed', text: http.message };
  if (http.kind === 'silent') return { status: 'not-ready', text: http.message };
  const { status, body, location } = http;
  const answered = `GET /actuator/health: ${status}`;
  if (status >= 500) return { status: 'not-ready', text: `${answered} ${excerpt(body)}` };
  if (status >= 300 && status < 400) {
    return { status: 'failed', text: `${answered} to ${location ?? 'nowhere'}, and redirects are not followed` };
  }
  if (status !== 200) return { status: 'failed', text: `${answered} ${excerpt(body)}` };
  const reported = statusOf(body);
  if (reported === 'UP') return { status: 'passed', text: `${answered} UP in ${Math.round(http.ms)} ms` };
  if (typeof reported === 'string') return { status: 'not-ready', text: `${answered} with status ${reported}` };
  return { status: 'failed', text: `${answered}, but the body is not a health report: ${excerpt(body)}` };
}

function statusOf(body: string): unknown {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null && 'status' in parsed ? parsed.status : undefined;
  } catch {
    return undefined;
  }
}

function excerpt(body: string): string {
  return JSON.stringify(body.slice(0, 120));
}
