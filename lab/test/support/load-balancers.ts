import {
  type Action,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  type CreateTargetGroupCommandInput,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { LabContext } from '../../context.ts';

/** Creates load balancers in one lab. */
export class TestLoadBalancers {
  readonly client: ElasticLoadBalancingV2Client;
  readonly #network: { vpc: string; subnets: string[] };
  #count = 0;

  constructor(context: LabContext, network: { vpc: string; subnets: string[] }) {
    this.client = new ElasticLoadBalancingV2Client(context.client);
    this.#network = network;
  }

  async targetGroup(more: Partial<CreateTargetGroupCommandInput> = {}): Promise<string> {
    const { TargetGroups } = await this.client.send(
      new CreateTargetGroupCommand({
        Name: `tg-${++this.#count}`,
        Protocol: 'HTTP',
        Port: 8080,
        VpcId: this.#network.vpc,
        TargetType: 'ip',
        HealthCheckPath: '/health',
        HealthCheckIntervalSeconds: 5,
        HealthCheckTimeoutSeconds: 2,
        HealthyThresholdCount: 2,
        UnhealthyThresholdCount: 2,
        Matcher: { HttpCode: '200' },
        ...more,
      }),
    );
    return TargetGroups?.[0]?.TargetGroupArn ?? '';
  }

  /** Creates a load balancer with one listener on port 80. */
  async loadBalancer(...defaultActions: Action[]): Promise<{ arn: string; dnsName: string; listener: string }> {
    const { LoadBalancers } = await this.client.send(
      new CreateLoadBalancerCommand({ Name: `lb-${++this.#count}`, Subnets: this.#network.subnets }),
    );
    const arn = LoadBalancers?.[0]?.LoadBalancerArn ?? '';
    const { Listeners } = await this.client.send(
      new CreateListenerCommand({ LoadBalancerArn: arn, Protocol: 'HTTP', Port: 80, DefaultActions: defaultActions }),
    );
    return { arn, dnsName: LoadBalancers?.[0]?.DNSName ?? '', listener: Listeners?.[0]?.ListenerArn ?? '' };
  }

  /** Returns the health of the targets by `address:port`, as `state` or `state reason`. */
  async health(targetGroupArn: string, targets?: { Id: string; Port?: number }[]): Promise<Record<string, string>> {
    const answer = await this.client.send(
      new DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn, Targets: targets }),
    );
    return Object.fromEntries(
      (answer.TargetHealthDescriptions ?? []).map(({ Target, TargetHealth }) => [
        `${Target?.Id}:${Target?.Port}`,
        [TargetHealth?.State, TargetHealth?.Reason].filter(Boolean).join(' '),
      ]),
    );
  }
}

export const forwardTo = (TargetGroupArn: string): Action => ({ Type: 'forward', TargetGroupArn });
