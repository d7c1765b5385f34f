import type { TargetHealthReasonEnum, TargetHealthStateEnum } from '@aws-sdk/client-elastic-load-balancing-v2';

/** One health check request has one of these outcomes. */
export type Probe = { kind: 'status'; status: number } | { kind: 'timeout' } | { kind: 'failed' };

export interface Health {
  state: TargetHealthStateEnum;
  reason?: TargetHealthReasonEnum;
  description?: string;
}

export interface HealthRules {
  healthyThreshold: number;
  unhealthyThreshold: number;
  /** These HTTP codes pass: `200`, `200,302`, `200-399`. */
  matcher: string;
}

/** The checks of a target result in this state; it is immutable. */
export interface TargetJudgement {
  health: Health;
  /** The streak is the number of checks in a row that contradict the present state. */
  streak: number;
}

export const HEALTH = {
  registering: {
    state: 'initial',
    reason: 'Elb.RegistrationInProgress',
    description: 'Target registration is in progress',
  },
  checking: {
    state: 'initial',
    reason: 'Elb.InitialHealthChecking',
    description: 'Initial health checks in progress',
  },
  healthy: { state: 'healthy' },
  draining: {
    state: 'draining',
    reason: 'Target.DeregistrationInProgress',
    description: 'Target deregistration is in progress',
  },
  notRegistered: {
    state: 'unused',
    reason: 'Target.NotRegistered',
    description: 'Target is not registered to the target group',
  },
  notInUse: {
    state: 'unused',
    reason: 'Target.NotInUse',
    description: 'Target group is not configured to receive traffic from the load balancer',
  },
  disabled: {
    state: 'unavailable',
    reason: 'Target.HealthCheckDisabled',
    description: 'Health checks are disabled for this target group',
  },
} as const satisfies Record<string, Health>;

export const NEW_TARGET: TargetJudgement = { health: HEALTH.registering, streak: 0 };

/**
 * Returns the state of a target after a health check. A new target is healthy after its first success; after that the
 * thresholds of the target group count.
 */
export function judge(before: TargetJudgement, probe: Probe, rules: HealthRules): TargetJudgement {
  const passed = probe.kind === 'status' && matches(rules.matcher, probe.status);
  const { state } = before.health;
  if (passed) {
    if (state === 'healthy') return { health: HEALTH.healthy, streak: 0 };
    const streak = state === 'unhealthy' ? before.streak + 1 : rules.healthyThreshold;
    return streak >= rules.healthyThreshold ? { health: HEALTH.healthy, streak: 0 } : { health: before.health, streak };
  }
  if (state === 'unhealthy') return { health: unhealthy(probe), streak: 0 };
  const streak = before.streak + 1;
  if (streak >= rules.unhealthyThreshold) return { health: unhealthy(probe), streak: 0 };
  return { health: state === 'healthy' ? HEALTH.healthy : HEALTH.checking, streak };
}

function unhealthy(probe: Probe): Health {
  switch (probe.kind) {
    case 'status':
      return {
        state: 'unhealthy',
        reason: 'Target.ResponseCodeMismatch',
        description: `Health checks failed with these codes: [${probe.status}]`,
      };
    case 'timeout':
      return { state: 'unhealthy', reason: 'Target.Timeout', description: 'Request timed out' };
    case 'failed':
      return { state: 'unhealthy', reason: 'Target.FailedHealthChecks', description: 'Health checks failed' };
  }
}

export function matches(matcher: string, status: number): boolean {
  return matcher.split(',').some((range) => {
    const [low, high = low] = range.trim().split('-').map(Number);
    return low !== undefined && high !== undefined && status >= low && status <= high;
  });
}
