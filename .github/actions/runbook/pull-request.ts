import {
  type PullRequestEvent,
  type PullRequestMachine,
  type PullRequestStatus,
  pullRequestList,
  pullRequestStatus,
  startedResult,
} from '../../../lambdas/contracts/pull-request.ts';
import { annotations, type Check, comment, type EnvironmentReport, junit, MARKER, summary } from './rendering.ts';

/** The end of an execution has its status, its error and its cause. */
export interface End {
  status: string;
  error?: string | undefined;
  cause?: string | undefined;
}

export interface Ports {
  /** Invokes the function runbook-pull-request. */
  ask(event: PullRequestEvent): Promise<unknown>;
  /** Waits for the end of an execution. */
  follow(execution: string): Promise<End>;
  /** Returns the checks of a report; undefined when it cannot be read. */
  readChecks(report: { bucket: string; key: string }): Promise<readonly Check[] | undefined>;
  github: {
    isClosed(number: number): Promise<boolean>;
    comment(number: number, marker: string, body: string): Promise<void>;
    removeLabel(number: number, label: string): Promise<void>;
  };
  /** Writes a line to the job's log. */
  say(line: string): void;
  /** Sets an output of the step. */
  output(name: string, value: string): void;
  summary(markdown: string): void;
  junit(xml: string): void;
  now(): number;
}

export interface Settings {
  number: number;
  /** The commit is the head of the pull request. */
  commit: string;
  /** The value is `<run>-<attempt>` of the workflow. */
  attempt: string;
  ttlHours: number;
  /** The address is that of this run's page. */
  runUrl: string;
  /** An earlier step of this run provisioned the environment, which validates it. */
  provisioned: boolean;
  /** An earlier step of this run failed with this error. */
  error: string | undefined;
  /** The label is set where a label started this run. */
  label: string | undefined;
  /** The value is true when that label was added, and false when it was removed. */
  labeled: boolean;
}

export const LABELS = { keep: 'runbook:keep', extend: 'runbook:extend' };
const KEPT_MS = 24 * 3_600_000;
const EXTENDED_HOURS = 8;

export type Command = keyof typeof COMMANDS;

/** @throws when an execution does not succeed, with its error */
export const COMMANDS = {
  /** Provisions the environment: images have repositories then. */
  async provision(settings: Settings, ports: Ports): Promise<void> {
    const { number, attempt, ttlHours } = settings;
    const before = await statusOf(number, ports);
    ports.output('environment', before.environment);
    ports.output('images', String(before.hasImages));
    ports.output('provisioned', String(before.status !== 'LIVE'));
    if (before.status === 'LIVE') return ports.say(`${before.environment} is live`);
    await run({ action: 'provision', number, attempt, ttlHours }, ports);
  },

  /** Rolls the images of the commit out, and validates. A stack without images is only validated, once. */
  async deploy({ number, attempt, commit, provisioned }: Settings, ports: Ports): Promise<void> {
    const { environment, hasImages } = await statusOf(number, ports);
    if (!hasImages && provisioned) return ports.say(`${environment} was validated when it was provisioned`);
    if (!hasImages) return run({ action: 'validate', number, attempt }, ports);
    await run({ action: 'deploy', number, attempt, commit }, ports);
  },

  /** Reports the state of the environment in the comment, the annotations, the summary and the outputs. */
  async report(settings: Settings, ports: Ports): Promise<void> {
    const { number, commit, runUrl } = settings;
    const status = await statusOf(number, ports);
    const checks = status.report && (await ports.readChecks(status.report));
    const report: EnvironmentReport = { status, checks, commit, runUrl, error: settings.error };
    for (const line of annotations(report)) ports.say(line);
    ports.summary(summary(report));
    ports.junit(junit(report));
    ports.output('status', status.status);
    ports.output('verdict', status.verdict ?? 'UNKNOWN');
    if (status.url) ports.output('address', status.url);
    await ports.github.comment(number, MARKER, comment(report));
  },

  async teardown({ number, attempt }: Settings, ports: Ports): Promise<void> {
    const { environment, status } = await statusOf(number, ports);
    if (status === 'NONE' || status === 'GONE') return ports.say(`${environment} is not there`);
    await run({ action: 'teardown', number, attempt }, ports);
  },

  async label({ number, attempt, label, labeled }: Settings, ports: Ports): Promise<void> {
    if (label === LABELS.keep) {
      const until = labeled ? `${new Date(ports.now() + KEPT_MS).toISOString().slice(0, 19)}Z` : null;
      return run({ action: 'protect', number, attempt, until }, ports);
    }
    if (label !== LABELS.extend || !labeled) return;
    await run({ action: 'extend', number, attempt, hours: EXTENDED_HOURS }, ports);
    // The label can be added again.
    await ports.github.removeLabel(number, label);
  },

  /**
   * Tears down environments of closed pull requests. This is the third safeguard, after the event of the closing and
   * the end of the environment. An environment whose pull request GitHub does not answer for is left to its end.
   */
  async closed({ attempt }: Settings, ports: Ports): Promise<void> {
    const { numbers } = pullRequestList.parse(await ports.ask({ action: 'list' }));
    const failed: string[] = [];
    for (const number of numbers) {
      try {
        if (!(await ports.github.isClosed(number))) continue;
        const { execution } = startedResult.parse(await ports.ask({ action: 'teardown', number, attempt }));
        ports.say(`pull request ${number} is closed: ${execution}`);
      } catch (error) {
        failed.push(`pull request ${number}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    if (failed.length > 0) throw new Error(failed.join('; '));
  },
} as const satisfies Record<string, (settings: Settings, ports: Ports) => Promise<void>>;

async function statusOf(number: number, ports: Ports): Promise<PullRequestStatus> {
  return pullRequestStatus.parse(await ports.ask({ action: 'status', number }));
}

async function run(event: Extract<PullRequestEvent, { action: PullRequestMachine }>, ports: Ports): Promise<void> {
  const { execution } = startedResult.parse(await ports.ask(event));
  ports.say(`${event.action}: ${execution}`);
  const { status, error, cause } = await ports.follow(execution);
  if (status !== 'SUCCEEDED')
    throw new Error(`${event.action} ${status}: ${[error, causeOf(cause)].filter(Boolean).join(': ')}`);
}

/** A function's error is JSON with its message. */
function causeOf(cause: string | undefined): string | undefined {
  try {
    const parsed = JSON.parse(cause ?? '') as { errorMessage?: unknown };
    return typeof parsed.errorMessage === 'string' ? parsed.errorMessage : cause;
  } catch {
    return cause;
  }
}
