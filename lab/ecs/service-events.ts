import type { ServiceEvent } from '@aws-sdk/client-ecs';
import type { LabContext } from '../context.ts';
import type { Deployment } from './deployment.ts';

/** DescribeServices shows no more than this. */
const MAX_EVENTS = 100;

export interface EventsOwner {
  readonly name: string;
  readonly arn: string;
  readonly clusterArn: string;
}

/** What a service tells about itself: its `events`, in ECS's sentences, and what it puts on the event bus. */
export class ServiceEvents {
  /** Newest first. */
  readonly events: ServiceEvent[] = [];
  readonly #context: LabContext;
  readonly #owner: EventsOwner;

  constructor(context: LabContext, owner: EventsOwner) {
    this.#context = context;
    this.#owner = owner;
  }

  /**
   * @param what follows `(service <name>)`
   * @param taskSet id of the deployment that the sentence is about
   */
  say(what: string, taskSet?: string): void {
    const message = `(service ${this.#owner.name}${taskSet ? `, taskSet ${taskSet}` : ''}) ${what}`;
    this.events.unshift({ id: crypto.randomUUID(), createdAt: new Date(), message });
    this.events.length = Math.min(this.events.length, MAX_EVENTS);
    this.#context.log(`ecs: ${message}`);
  }

  serviceAction(eventName: string, eventType: 'INFO' | 'WARN' | 'ERROR', detail: Record<string, unknown> = {}): void {
    this.#context.events.emit('event', {
      source: 'aws.ecs',
      'detail-type': 'ECS Service Action',
      resources: [this.#owner.arn],
      detail: {
        eventType,
        eventName,
        clusterArn: this.#owner.clusterArn,
        createdAt: new Date().toISOString(),
        ...detail,
      },
    });
  }

  deploymentChanged({ id, rolloutState, rolloutStateReason, updatedAt }: Deployment): void {
    this.#context.events.emit('event', {
      source: 'aws.ecs',
      'detail-type': 'ECS Deployment State Change',
      resources: [this.#owner.arn],
      detail: {
        eventType: rolloutState === 'FAILED' ? 'ERROR' : 'INFO',
        eventName: `SERVICE_DEPLOYMENT_${rolloutState}`,
        deploymentId: id,
        updatedAt: updatedAt.toISOString(),
        reason: rolloutStateReason,
      },
    });
  }
}
