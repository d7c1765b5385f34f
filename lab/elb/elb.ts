import type { TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { LabContext } from '../context.ts';
import type { HostHandler } from '../gateway.ts';
import type { AwsRequest, AwsResponse, LabService } from '../service.ts';
import { Configuration, targetGroupsInUse } from './configuration.ts';
import { LabLoadBalancer } from './load-balancer.ts';
import { HttpProxy } from './proxy.ts';
import { listParameter, xmlAnswer, xmlError } from './query.ts';
import { LabTargetGroup } from './target-group.ts';

export interface ElbOptions {
  /** The factor applies to the intervals of health checks; tests pass less than 1. */
  timeScale?: number;
}

const READS = /^Describe/;

/**
 * For Elastic Load Balancing, the emulator keeps the records of load balancers, listeners, rules and target groups;
 * requests, targets and their health are the lab's.
 */
export class Elb implements LabService {
  readonly services = ['elasticloadbalancing'];
  readonly #context: LabContext;
  readonly #timeScale: number;
  readonly #configuration: Configuration;
  readonly #proxy: HttpProxy;
  readonly #targetGroups = new Map<string, LabTargetGroup>();
  readonly #loadBalancers = new Map<string, LabLoadBalancer>();
  #addresses = 0;
  #refreshing: Promise<void> = Promise.resolve();
  #queued: Promise<void> | undefined;

  constructor(context: LabContext, options: ElbOptions = {}) {
    this.#context = context;
    this.#timeScale = options.timeScale ?? 1;
    this.#configuration = new Configuration(context.emulator);
    this.#proxy = new HttpProxy({ targetGroup: (arn) => this.#targetGroups.get(arn) });
  }

  async handle(request: AwsRequest): Promise<AwsResponse | undefined> {
    const { action = '', params } = request;
    if (action !== 'RegisterTargets' && action !== 'DeregisterTargets' && action !== 'DescribeTargetHealth') {
      return undefined;
    }
    const group = await this.#targetGroup(String(params.TargetGroupArn));
    if (!group) return xmlError('TargetGroupNotFound', 'One or more target groups not found');
    const targets = listParameter(params, 'Targets').map(({ Id = '', Port }) => ({
      id: Id,
      port: Port ? Number(Port) : undefined,
    }));
    if (action === 'DescribeTargetHealth') {
      return xmlAnswer(action, { TargetHealthDescriptions: members(group.describe(targets)) });
    }
    for (const { id, port } of targets) {
      if (action === 'RegisterTargets') group.register(id, port);
      else group.deregister(id, port);
    }
    return xmlAnswer(action);
  }

  async after({ action = '' }: AwsRequest, response: AwsResponse): Promise<AwsResponse> {
    if (response.status === 200 && !READS.test(action)) await this.#refresh();
    return response;
  }

  /** Serves a request to a load balancer that came through the gateway as a proxy. */
  readonly onHost: HostHandler = (host, incoming, outgoing) => {
    const name = host.toLowerCase();
    const found = [...this.#loadBalancers.values()].find(({ dnsName }) => dnsName.toLowerCase() === name);
    if (!found) return false;
    const absolute = /^https?:/.test(incoming.url ?? '') ? new URL(incoming.url ?? '') : undefined;
    return found.serve(Number(absolute?.port || 80), incoming, outgoing);
  };

  async stop(): Promise<void> {
    await this.#refreshing;
    for (const loadBalancer of this.#loadBalancers.values()) loadBalancer.close();
    for (const group of this.#targetGroups.values()) group.stop();
    this.#loadBalancers.clear();
    this.#targetGroups.clear();
    this.#proxy.stop();
    this.#configuration.stop();
  }

  async #targetGroup(arn: string): Promise<LabTargetGroup | undefined> {
    // CloudFormation may have created it, behind the gateway.
    if (!this.#targetGroups.has(arn)) await this.#refresh();
    return this.#targetGroups.get(arn);
  }

  /**
   * Updates the data plane to the records. Each refresh reads all of them, so the calls that wait for a turn share one.
   */
  #refresh(): Promise<void> {
    this.#queued ??= this.#refreshing
      .then(() => {
        this.#queued = undefined;
        return this.#follow();
      })
      .catch((error: Error) => this.#context.log(`elb: ${error.stack}`));
    this.#refreshing = this.#queued;
    return this.#queued;
  }

  async #follow(): Promise<void> {
    const [loadBalancers, groups] = await Promise.all([
      this.#configuration.loadBalancers(),
      this.#configuration.targetGroups(),
    ]);
    const inUse = targetGroupsInUse(loadBalancers);
    for (const { record, deregistrationDelayMs } of groups) {
      const arn = record.TargetGroupArn ?? '';
      const group = this.#targetGroups.get(arn) ?? this.#newTargetGroup(record);
      group.update(record);
      group.deregistrationDelayMs = deregistrationDelayMs;
      group.setInUse(inUse.has(arn));
      this.#targetGroups.set(arn, group);
    }
    forget(this.#targetGroups, new Set(groups.map(({ record }) => record.TargetGroupArn ?? '')), (group) =>
      group.stop(),
    );
    for (const { arn, dnsName, listeners } of loadBalancers) {
      const loadBalancer = this.#loadBalancers.get(arn) ?? this.#newLoadBalancer(dnsName);
      this.#loadBalancers.set(arn, loadBalancer);
      await loadBalancer.update(listeners);
    }
    forget(this.#loadBalancers, new Set(loadBalancers.map(({ arn }) => arn)), (loadBalancer) => loadBalancer.close());
  }

  #newTargetGroup(record: ConstructorParameters<typeof LabTargetGroup>[0]): LabTargetGroup {
    return new LabTargetGroup(record, {
      localPort: (address, port) => this.#context.dns.localPort(address, port),
      timeScale: this.#timeScale,
    });
  }

  #newLoadBalancer(dnsName: string): LabLoadBalancer {
    this.#addresses += 1;
    const address = `203.0.113.${1 + (this.#addresses % 254)}`;
    return new LabLoadBalancer(dnsName, address, this.#context.dns, this.#proxy);
  }
}

export const elbService = (context: LabContext, options?: ElbOptions): Elb => new Elb(context, options);

function forget<Thing>(things: Map<string, Thing>, keep: ReadonlySet<string>, end: (thing: Thing) => void): void {
  for (const [arn, thing] of things) {
    if (keep.has(arn)) continue;
    end(thing);
    things.delete(arn);
  }
}

function members(descriptions: TargetHealthDescription[]): Record<string, unknown> | string {
  const present = descriptions.map(({ TargetHealth, ...rest }) => ({
    ...rest,
    TargetHealth: Object.fromEntries(Object.entries(TargetHealth ?? {}).filter(([, value]) => value !== undefined)),
  }));
  return present.length ? { member: present } : '';
}
