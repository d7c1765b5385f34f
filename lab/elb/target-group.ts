import type { TargetGroup, TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2';
import { HEALTH, type Health, judge, NEW_TARGET, type TargetJudgement } from './health.ts';
import { probe } from './probe.ts';

/**
 * A target that does not answer yet is asked at this interval, so that its first success does not take a whole
 * interval.
 */
const FIRST_SUCCESS_POLL_MS = 250;
/**
 * ELB shows `draining` for the whole deregistration delay, though it is done at once when no request is in progress. A
 * longer delay serves no purpose in a lab.
 */
const LONGEST_IDLE_DRAIN_MS = 1_000;

export interface TargetGroupOptions {
  /** Returns the local port of a target. */
  localPort(address: string, port: number): number | undefined;
  /** The factor applies to the intervals of health checks. */
  timeScale: number;
}

interface Target {
  id: string;
  port: number;
  judgement: TargetJudgement;
  inFlight: number;
  draining: boolean;
  timer: NodeJS.Timeout | undefined;
}

/** A target group has its targets, their health checks and their turns. */
export class LabTargetGroup {
  readonly #options: TargetGroupOptions;
  readonly #targets = new Map<string, Target>();
  #record: TargetGroup;
  #inUse = false;
  #turn = 0;
  deregistrationDelayMs = 300_000;

  constructor(record: TargetGroup, options: TargetGroupOptions) {
    this.#record = record;
    this.#options = options;
  }

  get arn(): string {
    return this.#record.TargetGroupArn ?? '';
  }

  /** Sets the target group's present settings; running checks follow at their next turn. */
  update(record: TargetGroup): void {
    this.#record = record;
  }

  /** Only a target group that a listener forwards to checks its targets. */
  setInUse(inUse: boolean): void {
    if (this.#inUse === inUse) return;
    this.#inUse = inUse;
    for (const target of this.#targets.values()) {
      clearTimeout(target.timer);
      target.judgement = NEW_TARGET;
      if (inUse) this.#check(target, 0);
    }
  }

  register(id: string, port = this.#record.Port ?? 80): void {
    const key = `${id}:${port}`;
    const known = this.#targets.get(key);
    if (known && !known.draining) return;
    clearTimeout(known?.timer);
    const target: Target = { id, port, judgement: NEW_TARGET, inFlight: 0, draining: false, timer: undefined };
    this.#targets.set(key, target);
    if (this.#inUse) this.#check(target, 0);
  }

  /** @returns false when there is no such target */
  deregister(id: string, port: number | undefined): boolean {
    const targets = [...this.#targets.values()].filter(
      (target) => target.id === id && (port === undefined || target.port === port) && !target.draining,
    );
    for (const target of targets) {
      clearTimeout(target.timer);
      target.draining = true;
      this.#drain(target, Date.now());
    }
    return targets.length > 0;
  }

  /** @param asked all targets when empty */
  describe(asked: readonly { id: string; port: number | undefined }[]): TargetHealthDescription[] {
    const targets = asked.length
      ? asked.map(({ id, port = this.#record.Port ?? 80 }) => this.#targets.get(`${id}:${port}`) ?? { id, port })
      : [...this.#targets.values()];
    return targets.map((target) => {
      const health = 'judgement' in target ? this.#healthOf(target) : HEALTH.notRegistered;
      const port = this.#record.HealthCheckPort;
      return {
        Target: { Id: target.id, Port: target.port },
        HealthCheckPort: port && port !== 'traffic-port' ? port : String(target.port),
        TargetHealth: { State: health.state, Reason: health.reason, Description: health.description },
      };
    });
  }

  /** Returns the next target by turns: one of the healthy ones, or of the unhealthy ones when there are only those. */
  next(): { id: string; port: number; localPort: number | undefined; done(): void } | undefined {
    const serving = [...this.#targets.values()].filter((target) => !target.draining);
    const healthy = serving.filter((target) => target.judgement.health.state === 'healthy');
    const failOpen = serving.filter((target) => target.judgement.health.state === 'unhealthy');
    const candidates = healthy.length ? healthy : failOpen.length === serving.length ? failOpen : [];
    const target = candidates[this.#turn++ % Math.max(1, candidates.length)];
    if (!target) return undefined;
    target.inFlight += 1;
    return {
      id: target.id,
      port: target.port,
      localPort: this.#options.localPort(target.id, target.port),
      done: () => {
        target.inFlight -= 1;
      },
    };
  }

  stop(): void {
    for (const target of this.#targets.values()) clearTimeout(target.timer);
    this.#targets.clear();
  }

  #healthOf(target: Target): Health {
    if (target.draining) return HEALTH.draining;
    if (!this.#inUse) return HEALTH.notInUse;
    return this.#record.HealthCheckEnabled === false ? HEALTH.disabled : target.judgement.health;
  }

  #check(target: Target, sinceFailureMs: number): void {
    if (this.#record.HealthCheckEnabled === false) return;
    const started = Date.now();
    const intervalMs = (this.#record.HealthCheckIntervalSeconds ?? 30) * 1000 * this.#options.timeScale;
    void this.#probe(target).then((result) => {
      if (target.draining || !this.#inUse || this.#targets.get(`${target.id}:${target.port}`) !== target) return;
      const { HealthyThresholdCount = 5, UnhealthyThresholdCount = 2, Matcher } = this.#record;
      const next = judge(target.judgement, result, {
        healthyThreshold: HealthyThresholdCount,
        unhealthyThreshold: UnhealthyThresholdCount,
        matcher: Matcher?.HttpCode ?? '200',
      });
      const early = next.health.state === 'initial' || target.judgement.health.state === 'initial';
      if (!early || next.health.state === 'healthy') {
        target.judgement = next;
        target.timer = setTimeout(() => this.#check(target, 0), intervalMs);
        return;
      }
      // The target still starts: it is asked often, but a failure counts only once an interval.
      const elapsed = sinceFailureMs + (Date.now() - started) + FIRST_SUCCESS_POLL_MS;
      const counts = elapsed >= intervalMs;
      target.judgement = counts ? next : { health: HEALTH.checking, streak: target.judgement.streak };
      target.timer = setTimeout(() => this.#check(target, counts ? 0 : elapsed), FIRST_SUCCESS_POLL_MS);
    });
  }

  #probe(target: Target): ReturnType<typeof probe> {
    const { HealthCheckPort, HealthCheckPath = '/', HealthCheckTimeoutSeconds = 5 } = this.#record;
    const port = HealthCheckPort && HealthCheckPort !== 'traffic-port' ? Number(HealthCheckPort) : target.port;
    const localPort = this.#options.localPort(target.id, port);
    return probe(localPort, `${target.id}:${port}`, HealthCheckPath, HealthCheckTimeoutSeconds * 1000);
  }

  #drain(target: Target, since: number): void {
    const elapsed = Date.now() - since;
    const idleDelay = Math.min(this.deregistrationDelayMs, LONGEST_IDLE_DRAIN_MS);
    if (elapsed >= this.deregistrationDelayMs || (elapsed >= idleDelay && target.inFlight === 0)) {
      const key = `${target.id}:${target.port}`;
      if (this.#targets.get(key) === target) this.#targets.delete(key);
      return;
    }
    target.timer = setTimeout(() => this.#drain(target, since), Math.min(100, idleDelay));
  }
}
