import type { Conclusion } from '../contracts/contracts.ts';
import type { OutputsOf } from '../contracts/outputs.ts';
import { UnexpectedResponseError } from '../runtime/unexpected-response.ts';
import { albHealth, type HttpObservation, isOwn, type TargetGroup, type TargetHealth } from './checks/alb-health.ts';
import type { ListenerRule } from './checks/listener-rules.ts';
import type { ServicesPort } from './observe-services.ts';

export interface LoadBalancerPort {
  targetGroup(arn: string): Promise<TargetGroup | undefined>;
  /** The rules are those of the listener for HTTP on port 80. The value is undefined without such a listener. */
  rulesOf(loadBalancerArn: string): Promise<ListenerRule[] | undefined>;
  targetHealth(targetGroup: string): Promise<TargetHealth[]>;
}

export type HttpPort = (call: {
  host: string;
  path: string;
  scheme?: 'http' | 'https';
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
  const groupArn = outputs.api_target_group_arn;
  const [group, targets, [service]] = await Promise.all([
    loadBalancer.targetGroup(groupArn),
    loadBalancer.targetHealth(groupArn),
    ecs.describeServices(outputs.ecs_cluster_name, [outputs.api_service_name]),
  ]);
  if (!service) throw new UnexpectedResponseError(`ECS says nothing of service ${outputs.api_service_name}`);
  const own = group?.loadBalancers.find((one) => isOwn([one.dnsName], dnsName));
  const path = group?.path;
  // A response from an address that is not the load balancer's own proves nothing, so it is not requested.
  const [rules, health] =
    own && path !== undefined
      ? await Promise.all([
          loadBalancer.rulesOf(own.arn),
          http({ host: dnsName, path, headers: { accept: 'application/json, */*' } }),
        ])
      : [undefined, notAsked(dnsName)];
  return albHealth({
    ...{ dnsName, groupArn, targets, service, health },
    ...(group ? { group } : {}),
    ...(rules ? { rules } : {}),
  });
}

function notAsked(dnsName: string): HttpObservation {
  return { kind: 'refused', message: `${dnsName} was not asked` };
}
