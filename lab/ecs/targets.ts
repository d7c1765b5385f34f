import type { LoadBalancer } from '@aws-sdk/client-ecs';
import {
  DeregisterTargetsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
  type TargetDescription,
  type TargetHealth,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { LabContext } from '../context.ts';
import { asRole, serviceLinkedRole } from './role.ts';
import type { LabTask } from './task.ts';

const DRAIN_POLL_MS = 200;

export interface TargetVerdict {
  targetGroupArn: string;
  port: number;
  health: TargetHealth | undefined;
}

/** Registers tasks in the target groups of their service and deregisters them, through the load balancer's own API. */
export class TaskTargets {
  readonly #context: LabContext;
  readonly #client: ElasticLoadBalancingV2Client;
  /** These registrations are in progress, so that a task that dies meanwhile is not left behind. */
  readonly #registering = new Map<LabTask, Promise<void>>();

  constructor(context: LabContext) {
    this.#context = context;
    this.#client = new ElasticLoadBalancingV2Client(asRole(context, serviceLinkedRole(context.accountId)));
  }

  register(task: LabTask, loadBalancers: readonly LoadBalancer[]): Promise<void> {
    const registering = this.#each(task, loadBalancers, async (TargetGroupArn, target) => {
      await this.#client.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [target] }));
    });
    this.#registering.set(task, registering);
    return registering;
  }

  async deregister(task: LabTask, loadBalancers: readonly LoadBalancer[]): Promise<void> {
    await this.#registering.get(task)?.catch(() => undefined);
    this.#registering.delete(task);
    await this.#each(task, loadBalancers, async (TargetGroupArn, target) => {
      await this.#ignoreMissing(this.#client.send(new DeregisterTargetsCommand({ TargetGroupArn, Targets: [target] })));
    });
  }

  /** Resolves when no load balancer is draining the task any more. */
  drained(task: LabTask, loadBalancers: readonly LoadBalancer[]): Promise<void> {
    return this.#each(task, loadBalancers, async (arn, target) => {
      while ((await this.#health(arn, [target]))[0]?.State === 'draining') {
        await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MS));
      }
    });
  }

  /** Returns the load balancers' verdicts on each task, in the order of `loadBalancers`. */
  async verdicts(
    tasks: readonly LabTask[],
    loadBalancers: readonly LoadBalancer[],
  ): Promise<Map<LabTask, TargetVerdict[]>> {
    const verdicts = new Map<LabTask, TargetVerdict[]>();
    for (const { targetGroupArn, containerPort: port } of loadBalancers) {
      if (!targetGroupArn || !port || tasks.length === 0) continue;
      const healths = await this.#health(
        targetGroupArn,
        tasks.map((task) => ({ Id: task.privateIPv4Address, Port: port })),
      );
      tasks.forEach((task, index) => {
        verdicts.set(task, [...(verdicts.get(task) ?? []), { targetGroupArn, port, health: healths[index] }]);
      });
    }
    return verdicts;
  }

  stop(): void {
    this.#client.destroy();
  }

  async #health(arn: string, targets: TargetDescription[]): Promise<(TargetHealth | undefined)[]> {
    const answer = await this.#ignoreMissing(
      this.#client.send(new DescribeTargetHealthCommand({ TargetGroupArn: arn, Targets: targets })),
    );
    return targets.map(
      ({ Id, Port }) =>
        answer?.TargetHealthDescriptions?.find(({ Target }) => Target?.Id === Id && Target?.Port === Port)
          ?.TargetHealth,
    );
  }

  async #each(
    task: LabTask,
    loadBalancers: readonly LoadBalancer[],
    action: (targetGroupArn: string, target: TargetDescription) => Promise<void>,
  ): Promise<void> {
    for (const { targetGroupArn, containerPort } of loadBalancers) {
      if (targetGroupArn) await action(targetGroupArn, { Id: task.privateIPv4Address, Port: containerPort });
    }
  }

  /** A target group may be deleted before the service that used it. */
  async #ignoreMissing<Answer>(call: Promise<Answer>): Promise<Answer | undefined> {
    try {
      return await call;
    } catch (error) {
      const { name } = error as Error;
      if (name !== 'TargetGroupNotFoundException' && name !== 'InvalidTargetException') throw error;
      this.#context.log(`ecs: ${name}: ${(error as Error).message}`);
      return undefined;
    }
  }
}
