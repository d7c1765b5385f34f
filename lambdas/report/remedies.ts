import { CHECKS, type CheckName, type CheckResult, type SweepVerdict } from '../contracts/contracts.ts';
import type { ResourceKind } from '../contracts/resource-checks.ts';

/**
 * A remedy says what a check's observation means, and what to do. docs/operating.md, reports and messages use this
 * table.
 */
export interface Remedy {
  /** The check is absent for a remedy that applies to every check. */
  check?: CheckName;
  /** Of a resource that the configuration lists a check of, whatever the check is called. */
  kind?: ResourceKind;
  /** Of every check, also where it failed. Others without a check are of what is unknown alone. */
  ofFailures?: true;
  /** What the check says, in Markdown. */
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
      'read them (`GET /dlq` with the token of `operator_token_secret_arn`, or the queue itself), then redrive or purge the queue',
  },
  {
    check: 'ecr-images',
    says: 'stable tag on another image',
    sign: / is sha256:\S+, but /,
    means: 'somebody pushed past the deployment, or a deployment was rolled back',
    action: 'deploy the commit that should be live',
  },
  {
    kind: 'http',
    says: 'the certificate ends in … days',
    sign: /certificate ends in/,
    means: 'the certificate is not renewed: most often a record of DNS that validates it is gone',
    action: 'read the status of the certificate in ACM; compare the records of its validation with the plan',
  },
  {
    kind: 'http',
    says: 'not a public address',
    sign: /not a public address|not a host name/,
    means: 'the endpoint is private, or has a port of its own; checks call public addresses at 80 and 443 alone',
    action: 'let another check look at what is behind it: targets of the load balancer, a function, alarms',
  },
  {
    kind: 'http',
    says: '… instead of …',
    sign: /instead of|does not contain|no answer/,
    means: 'the endpoint answers something else, or nothing',
    action: 'read the log of what serves it; a 403 or 404 of a gateway is often a deployment of it that is missing',
  },
  {
    kind: 'alarms',
    says: 'ALARM',
    sign: /: ALARM/,
    means: 'a metric is beyond the threshold that the stack itself has set; the reason is quoted',
    action: 'look at the metric since the last deployment',
  },
  {
    kind: 'alarms',
    says: 'INSUFFICIENT_DATA',
    sign: /INSUFFICIENT_DATA/,
    means: 'the alarm is new, or nobody writes its metric',
    action:
      'wait longer (`waitSeconds`), compare the dimensions of the alarm with the metric, or set `allowInsufficientData`',
  },
  {
    kind: 'lambda',
    says: 'the invocation failed, … invocations failed',
    sign: /invocations? failed/,
    means: 'the function throws, or runs out of time or memory; its error is quoted',
    action: 'read the log group of the function',
  },
  {
    kind: 'sqs',
    says: '… messages, and … are allowed',
    sign: /messages, and/,
    means: 'nobody takes the messages, or not fast enough; of a dead-letter queue: they were given up',
    action: 'look at the consumer; redrive or purge a dead-letter queue',
  },
  {
    kind: 'step-functions',
    says: 'execution … FAILED',
    sign: /execution \S+ (FAILED|TIMED_OUT|ABORTED)/,
    means: 'one of the last executions did not succeed',
    action: 'read its history; start another, since only the last ones count',
  },
  {
    says: 'the check did not run to its end',
    sign: /^the check did not run to its end/,
    means: 'the build of a check ended before its command, or was ended; the phase and CodeBuild’s reason are quoted',
    action:
      'read the log of the build, which the evidence names; at QUEUED, ask for more concurrent builds; at UPLOAD_ARTIFACTS, compare `results.file` with what the command writes',
  },
  {
    says: 'the results could not be read, no test ran',
    sign: /^(the results could not be read|no test ran)/,
    means: 'the build of a check left a file that proves nothing; why is quoted',
    action: 'compare `results` in the configuration with the reporter of the test tool; a file has 1 MiB at most',
  },
  {
    ofFailures: true,
    says: '… does not exist',
    sign: /\b(log group|repository|bucket|target group|alarm|function|queue|table|database)( \S+)? does not exist/i,
    means: 'somebody removed what the environment needs',
    action: 'provision the environment again: Terraform creates what is missing',
  },
  {
    says: 'CloudWatch has no data point',
    sign: /CloudWatch (has no data point|counts no invocation)/,
    means: 'nothing was measured, so nothing is known',
    action: 'call it once and validate again; compare namespace and dimension of the metric',
  },
  {
    says: 'anything *unknown*',
    sign: /^/,
    means: 'it could not check: access was denied, calls were throttled, or an answer was malformed',
    action: 'the reason is AWS’s own; it is never a pass. Grant the permission, or retry later',
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
  const isOwn = !(CHECKS as readonly string[]).includes(check);
  const found = REMEDIES.find((one) =>
    one.kind ? isOwn && isOfKind(one, observed) : one.check === check && one.sign.test(observed),
  );
  if (found) return found;
  return REMEDIES.find(
    (one) => !one.check && !one.kind && (status === 'unknown' || one.ofFailures) && one.sign.test(observed),
  );
}

/** What is wrong is listed by resource, each with its kind in front. */
function isOfKind({ kind, sign }: Remedy, observed: string): boolean {
  return observed.split('; ').some((part) => part.startsWith(`${kind} `) && sign.test(part));
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
    ({ check, kind, says, means, action }) =>
      `| ${check || kind ? `\`${check ?? kind}\`: ` : ''}${says} | ${means} | ${action} |`,
  );
  return ['| check says | it means | do |', '|---|---|---|', ...rows].join('\n');
}
