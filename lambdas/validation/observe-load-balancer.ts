import type { Conclusion } from '../contracts/contracts.ts';
import type { OutputsOf } from '../contracts/outputs.ts';
import { UnexpectedResponseError } from '../runtime/unexpected-response.ts';
import { albHealth, type HttpObservation, type TargetHealth } from './checks/alb-health.ts';
import type { ServicesPort } from './observe-services.ts';

export interface LoadBalancerPort {
  loadBalancerNames(targetGroup: string): Promise<string[] | undefined>;
  targetHealth(targetGroup: string): Promise<TargetHealth[]>;
}

export type HttpPort = (call: {
  host: string;
  path: string;
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string;
}) => Promise<HttpObservation>;

export async function observeLoadBalancer(
  outputs: OutputsOf<'alb-health'>,
  loadBalancer: LoadBalancerPort,
  ecs: ServicesPort,
  http: HttpPort,
): Promise<Conclusion> {
  const dnsName = outputs.alb_dns_name;
  const [loadBalancers, targets, [service]] = await Promise.all([
    loadBalancer.loadBalancerNames(outputs.api_target_group_arn),
    loadBalancer.targetHealth(outputs.api_target_group_arn),
    ecs.describeServices(outputs.ecs_cluster_name, [outputs.api_service_name]),
  ]);
  if (!service) throw new UnexpectedResponseError(`ECS says nothing of service ${outputs.api_service_name}`);
  // A response from an address that is not the load balancer's own proves nothing, so it is not requested.
  const health: HttpObservation = isOwn(loadBalancers, dnsName)
    ? await http({ host: dnsName, path: '/actuator/health', headers: { accept: 'application/json' } })
    : { kind: 'refused', message: `${dnsName} was not asked` };
  return albHealth({ dnsName, targets, service, health, ...(loadBalancers ? { loadBalancers } : {}) });
}

export function isOwn(loadBalancers: readonly string[] | undefined, dnsName: string): boolean {
  return loadBalancers?.some((name) => name.toLowerCase() === dnsName.toLowerCase()) ?? false;
}
