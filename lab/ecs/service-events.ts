import type { ServiceEvent } from '@aws-sdk/client-ecs';
import type { LabContext } from '../context.ts';
import type { Deployment } from './deployment.ts';

/** DescribeServices shows at most this number of events. */
const MAX_EVENTS = 100;

export interface EventsOwner {
  readonly name: string;
  readonly arn: string;
  readonly clusterArn: string;
}

/** A service reports its `events`, in ECS's sentences, and puts its events on the event bus. */
export class ServiceEvents {
  /** The newest event is first. */
  readonly events: ServiceEvent[] = [];
  readonly #context: LabContext;
  readonly #owner: EventsOwner;

  constructor(context: LabContext, owner: EventsOwner) {
    this.#context = context;
    this.#owner = owner;
  }

  /**
   * @param what the text after `(service <name>)`
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
