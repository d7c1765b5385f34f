import {
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
  type Rule,
  type TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ClientConfig } from '../context.ts';
import type { ListenerState } from './proxy.ts';

const DEFAULT_IDLE_TIMEOUT_S = 60;
const DEFAULT_DEREGISTRATION_DELAY_S = 300;

export interface LoadBalancerConfiguration {
  arn: string;
  dnsName: string;
  listeners: Map<string, ListenerState>;
}

export interface TargetGroupConfiguration {
  record: TargetGroup;
  deregistrationDelayMs: number;
}

/** Reads the configuration of the data plane from the emulator's records. */
export class Configuration {
  readonly #client: ElasticLoadBalancingV2Client;

  constructor(emulator: ClientConfig) {
    this.#client = new ElasticLoadBalancingV2Client(emulator);
  }

  async loadBalancers(): Promise<LoadBalancerConfiguration[]> {
    const { LoadBalancers = [] } = await this.#client.send(new DescribeLoadBalancersCommand({ PageSize: 400 }));
    return Promise.all(
      LoadBalancers.map(async ({ LoadBalancerArn: arn = '', DNSName: dnsName = '' }) => ({
        arn,
        dnsName,
        listeners: await this.#listeners(arn),
      })),
    );
  }

  async targetGroups(): Promise<TargetGroupConfiguration[]> {
    const { TargetGroups = [] } = await this.#client.send(new DescribeTargetGroupsCommand({ PageSize: 400 }));
    return Promise.all(
      TargetGroups.map(async (record) => {
        const { Attributes = [] } = await this.#client.send(
          new DescribeTargetGroupAttributesCommand({ TargetGroupArn: record.TargetGroupArn }),
        );
        const delay = Attributes.find(({ Key }) => Key === 'deregistration_delay.timeout_seconds')?.Value;
        return { record, deregistrationDelayMs: Number(delay ?? DEFAULT_DEREGISTRATION_DELAY_S) * 1000 };
      }),
    );
  }

  stop(): void {
    this.#client.destroy();
  }

  async #listeners(loadBalancerArn: string): Promise<Map<string, ListenerState>> {
    const [{ Listeners = [] }, { Attributes = [] }] = await Promise.all([
      this.#client.send(new DescribeListenersCommand({ LoadBalancerArn: loadBalancerArn })),
      this.#client.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: loadBalancerArn })),
    ]);
    const timeout = Attributes.find(({ Key }) => Key === 'idle_timeout.timeout_seconds')?.Value;
    // The lab has no certificates for load balancers: nothing answers on a listener that wants TLS.
    const states = Listeners.filter(({ Protocol }) => Protocol === 'HTTP').map(
      async ({ ListenerArn = '', Protocol = 'HTTP', Port = 80 }) => {
        const { Rules = [] } = await this.#client.send(new DescribeRulesCommand({ ListenerArn }));
        const idleTimeoutMs = Number(timeout ?? DEFAULT_IDLE_TIMEOUT_S) * 1000;
        return [ListenerArn, { protocol: Protocol, port: Port, rules: Rules, idleTimeoutMs }] as const;
      },
    );
    return new Map(await Promise.all(states));
  }
}

/** Returns the ARNs of the target groups that some rule forwards to. */
export function targetGroupsInUse(loadBalancers: readonly LoadBalancerConfiguration[]): Set<string> {
  const rules: Rule[] = loadBalancers.flatMap(({ listeners }) => [...listeners.values()].flatMap(({ rules }) => rules));
  return new Set(
    rules
      .flatMap(({ Actions = [] }) => Actions)
      .flatMap(({ TargetGroupArn, ForwardConfig }) => [
        TargetGroupArn,
        ...(ForwardConfig?.TargetGroups ?? []).map((group) => group.TargetGroupArn),
      ])
      .filter((arn): arn is string => Boolean(arn)),
  );
}
