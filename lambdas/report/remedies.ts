import type { CheckName, CheckResult, SweepVerdict } from '../contracts/contracts.ts';

/**
 * A remedy says what a check's observation means, and what to do. docs/operating.md, reports and messages use this
 * table.
 */
export interface Remedy {
  /** The check is absent for a remedy that applies to every check. */
  check?: CheckName;
  /** The text of the check is in Markdown. */
  says: string;
  /** The pattern matches the observation. */
  sign: RegExp;
  /** The text is in Markdown. */
  means: string;
  /** The text is in Markdown. */
  action: string;
}

/** The list is in order of likelihood. Reports show the first remedy that matches. */
export const REMEDIES: readonly Remedy[] = [
  {
    check: 'ecs-services',
    says: 'Task failed to start, migrate: exit 1',
    sign: /migrate: exit [1-9]/,
    means:
      'the migration of the database failed, so the service did not start ([ADR 33](adr/0033-who-logs-in-to-the-database.md))',
    action:
      'read the log stream `<service>/migrate/<task>` in the service’s log group; nothing of the migration was applied',
  },
  {
    check: 'ecs-services',
    says: 'CannotPullContainerError',
    sign: /CannotPull/,
    means: 'the image is not in the repository, or the task has no way to it',
    action: 'check `ecr-images`; is the commit’s tag there?',
  },
  {
    check: 'ecs-services',
    says: 'rollback, or tasks stopped',
    sign: /rollout FAILED|roll(?:ing|ed) back|tasks? stopped since/i,
    means: 'the new image does not start, or crashes; exit code and reason are quoted',
    action: 'read the task’s log; deploy a commit that is known to be good',
  },
  {
    check: 'alb-health',
    says: '503, or status DOWN',
    sign: /\b50[0-9]\b|DOWN/,
    means: 'the API answers, and says that it is not well: most often the database',
    action: 'RDS events; security groups; the API’s log',
  },
  {
    check: 'ecs-services',
    says: 'runs …, but Terraform applied …',
    sign: /but Terraform applied/,
    means: 'a rollback that is over, or somebody changed the service by hand',
    action: 'deploy a commit, or provision again: both apply, and record what they applied',
  },
  {
    check: 'ecs-services',
    says: 'the record does not say what Terraform applied',
    sign: /does not say what Terraform applied/,
    means: 'the environment is older than this comparison, or its services are not in its Terraform state',
    action: 'provision the environment again, or deploy to it',
  },
  {
    check: 'alb-health',
    says: 'target … is no running task, task at … is no target',
    sign: /is no running task of|is no target/,
    means: 'the load balancer sends requests elsewhere, or a task gets none',
    action: 'deregister the stranger; ECS registers its own tasks again when they are replaced',
  },
  {
    check: 'alb-health',
    says: 'Target.NotInUse, unused',
    sign: /Target\.NotInUse|: unused/,
    means: 'the target group is attached to no listener, or in a zone without the load balancer',
    action: 'a misconfiguration: compare with the plan',
  },
  {
    check: 'worker-logs',
    says: 'more log events than could be read',
    sign: /than could be read|did not end in time/,
    means: 'the log of a day is too large to search in 20 seconds',
    action: 'the evidence says how far the search came; read the log by hand, or log less',
  },
  {
    check: 'worker-logs',
    says: 'errors within 5 minutes',
    sign: /errors within/,
    means: 'the worker fails again and again; its lines are quoted',
    action:
      'read the worker’s log (`npx runbook logs <environment> --service worker`); deploy a commit that is known to be good',
  },
  {
    check: 'e2e-order',
    says: 'not seen by the worker',
    sign: /was not seen by the worker/,
    means: 'published, and nobody consumed it',
    action: '`sqs-backlog` and `ecs-services` say whether the worker does not consume, is dead or slow',
  },
  {
    check: 'e2e-order',
    says: 'is FAILED after 3 retries',
    sign: /is FAILED after/,
    means: 'the worker gave up; its reason is quoted',
    action: 'the order is real: fix, then send another',
  },
  {
    check: 'sqs-backlog',
    says: 'in the dead-letter queue',
    sign: /in the dead-letter queue/,
    means: 'orders were given up, maybe long ago',
    action:
      'look at them (`GET /dlq` with the token of `operator_token_secret_arn`, or the queue itself), then redrive or purge the queue',
  },
  {
    check: 'ecr-images',
    says: 'stable tag on another image',
    sign: / is sha256:\S+, but /,
    means: 'somebody pushed past the deployment, or a deployment was rolled back',
    action: 'deploy the commit that should be live',
  },
  {
    says: 'anything *unknown*',
    sign: /^/,
    means: 'it could not look: denied, throttled out, malformed',
    action: 'the reason is AWS’s own; it is never a pass, and the cure is permission or patience',
  },
];

/** These remedies are for a sweep whose verdict is not CLEAN. */
export const VERDICT_REMEDIES: Record<Exclude<SweepVerdict, 'CLEAN'>, Pick<Remedy, 'means' | 'action'>> = {
  LEFTOVERS: {
    means: 'something of the environment exists, confirmed by its own service',
    action: 'start the teardown again; what it cannot remove, remove by hand, then `npx runbook sweep <environment>`',
  },
  INCONCLUSIVE: {
    means: 'a service could not be read, so nothing is proven',
    action: 'the reason names it: permission, throttling, an outage; then `npx runbook sweep <environment>` again',
  },
};

/** Returns undefined for a check that passed, and when no remedy matches the observation. */
export function remedyOf({ check, status, observed }: Pick<CheckResult, 'check' | 'status' | 'observed'>) {
  if (status === 'passed') return undefined;
  const found = REMEDIES.find((one) => one.check === check && one.sign.test(observed));
  if (found) return found;
  return status === 'unknown' ? REMEDIES.find((one) => one.check === undefined) : undefined;
}

/** Converts Markdown to a plain sentence about this environment. */
export function plainText(markdown: string, environment: string): string {
  const text = markdown
    .replaceAll(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    .replaceAll(/[`*]/g, '')
    .replaceAll('<environment>', () => environment);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?!]$/.test(text) ? '' : '.'}`;
}

/** Returns the table of docs/operating.md. */
export function remedyTable(): string {
  const rows = REMEDIES.map(
    ({ check, says, means, action }) => `| ${check ? `\`${check}\`: ` : ''}${says} | ${means} | ${action} |`,
  );
  return ['| check says | it means | do |', '|---|---|---|', ...rows].join('\n');
}
