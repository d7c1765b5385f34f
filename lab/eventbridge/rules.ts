import {
  EventBridgeClient,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  type Rule,
  type Target,
} from '@aws-sdk/client-eventbridge';
import type { ClientConfig } from '../context.ts';

export interface ActiveRule {
  name: string;
  arn: string;
  pattern: Record<string, unknown>;
  targets: Target[];
}

/** The emulator also changes rules without a call that reaches the gateway. */
const CACHE_MS = 2_000;

/** The class returns the enabled rules of each bus, as the emulator keeps them. */
export class Rules {
  readonly #client: EventBridgeClient;
  readonly #known = new Map<string, { until: number; rules: Promise<ActiveRule[]> }>();

  constructor(config: ClientConfig) {
    this.#client = new EventBridgeClient(config);
  }

  /** Drops the rules after a change: the next of() asks the emulator again. */
  forget(): void {
    this.#known.clear();
  }

  /** @param bus name or ARN of an event bus */
  of(bus: string): Promise<ActiveRule[]> {
    const known = this.#known.get(bus);
    if (known && known.until > Date.now()) return known.rules;
    const rules = this.#load(bus);
    this.#known.set(bus, { until: Date.now() + CACHE_MS, rules });
    rules.catch(() => this.#known.delete(bus));
    return rules;
  }

  async #load(bus: string): Promise<ActiveRule[]> {
    const active: ActiveRule[] = [];
    let NextToken: string | undefined;
    do {
      const page = await this.#client.send(new ListRulesCommand({ EventBusName: bus, NextToken }));
      for (const rule of page.Rules ?? []) {
        if (rule.State === 'ENABLED' && rule.EventPattern) active.push(await this.#withTargets(bus, rule));
      }
      NextToken = page.NextToken;
    } while (NextToken);
    return active;
  }

  async #withTargets(bus: string, rule: Rule): Promise<ActiveRule> {
    const { Targets } = await this.#client.send(new ListTargetsByRuleCommand({ EventBusName: bus, Rule: rule.Name }));
    return {
      name: rule.Name ?? '',
      arn: rule.Arn ?? '',
      pattern: JSON.parse(rule.EventPattern ?? '{}') as Record<string, unknown>,
      targets: Targets ?? [],
    };
  }
}
