import { createHash } from 'node:crypto';
import { type BuildCheck, type BuildVariableSource, resultsFolder } from '../contracts/build-checks.ts';
import type { Conclusion } from '../contracts/contracts.ts';
import { runKeys } from '../contracts/naming.ts';
import type { StackOutputs } from '../contracts/outputs.ts';
import type { CheckRequest } from '../contracts/request.ts';
import type { Clock } from '../runtime/clock.ts';
import { InputError } from '../runtime/errors.ts';
import { type CheckBuild, concludeBuild, endOf, notOver } from './checks/build-conclusion.ts';
import { type ParsedResults, parseResults } from './checks/build-results.ts';

/** The variable has the token of a build, by which later looks find it. */
export const TOKEN_VARIABLE = 'RUNBOOK_VALIDATION';

export interface BuildVariable {
  name: string;
  value: string;
  type: 'PLAINTEXT' | 'PARAMETER_STORE' | 'SECRETS_MANAGER';
}

export interface NewBuild {
  project: string;
  /** Two calls with the same token start one build. */
  token: string;
  variables: readonly BuildVariable[];
  /** The folder of the control bucket to which the build's results are uploaded. */
  resultsFolder?: string;
}

export interface FoundBuild {
  build: CheckBuild;
  token: string;
}

export interface BuildPorts {
  /**
   * Returns the newest build whose variable begins with `prefix`, and the value. No older build than `since` is looked
   * at.
   */
  find(project: string, variable: { name: string; prefix: string }, since: number): Promise<FoundBuild | undefined>;
  /** Starts a build. Returns undefined when the account's quota of builds is used up. */
  start(build: NewBuild): Promise<CheckBuild | undefined>;
  read(id: string): Promise<CheckBuild>;
  /** Returns the text of an object of the control bucket, or why there is none that can be used. */
  readResults(key: string): Promise<{ kind: 'found'; text: string } | { kind: 'unreadable'; why: string }>;
  clock: Clock;
}

/** Milliseconds. A look waits for the end of a build for this time; the state machine repeats it. */
const LOOK_MS = 80_000;
const POLL_MS = 3_000;
/** Milliseconds. The clocks of CodeBuild and Step Functions may differ by this time. */
const SKEW_MS = 60_000;

/** Milliseconds. What a build saw is fresh for this time after its end, as the results of other checks are. */
const FRESH_MS = 120_000;

interface Validation {
  request: CheckRequest;
  outputs: StackOutputs;
  /** The time at which the checks of the execution began to look, in milliseconds since the epoch. */
  since: number;
}

/**
 * Starts the build of a check and concludes from it. Later looks find the build again: by an idempotency token, which
 * CodeBuild keeps for 5 minutes, and by a variable, which it keeps for a year
 * (https://docs.aws.amazon.com/codebuild/latest/APIReference/API_StartBuild.html). When all checks of an execution look
 * again, a build that has just ended is not repeated.
 */
export async function observeBuild(
  check: string,
  settings: BuildCheck,
  validation: Validation,
  ports: BuildPorts,
): Promise<Conclusion> {
  const { request, since } = validation;
  const { execution, environment, run } = request;
  const { project, results } = settings;
  const folder = (token: string) => `${runKeys(environment, run).base}/${resultsFolder(check)}/${token}`;
  const prefix = `${digest(execution.id, check)}-`;
  const begun = Date.parse(execution.startTime) - SKEW_MS;
  const found = await ports.find(project, { name: TOKEN_VARIABLE, prefix }, begun);
  const token = found && isFresh(found.build, since) ? found.token : `${prefix}${digest(String(since))}`;
  const started =
    found?.token === token
      ? found.build
      : await ports.start({
          ...{ project, token, variables: variablesOf(settings, validation, token) },
          ...(results ? { resultsFolder: folder(token) } : {}),
        });
  if (!started) return quotaUsedUp();
  const ended = await untilOver(started, ports);
  if (ended.status === 'IN_PROGRESS') return notOver(ended);
  const key = `${folder(token)}/${results?.file.split('/').at(-1)}`;
  return concludeBuild(ended, results ? await resultsOf(key, results.format, ports) : undefined);
}

const digest = (...of: string[]) => createHash('sha256').update(of.join(' ')).digest('hex').slice(0, 24);

function isFresh(build: CheckBuild, since: number): boolean {
  return build.status === 'IN_PROGRESS' || endOf(build) >= since - FRESH_MS;
}

async function untilOver(started: CheckBuild, { read, clock }: BuildPorts): Promise<CheckBuild> {
  const until = clock.now() + LOOK_MS;
  let build = started;
  while (build.status === 'IN_PROGRESS' && clock.now() < until) {
    await clock.sleep(POLL_MS);
    build = await read(started.id);
  }
  return build;
}

async function resultsOf(
  key: string,
  format: NonNullable<BuildCheck['results']>['format'],
  { readResults }: BuildPorts,
): Promise<ParsedResults> {
  const object = await readResults(key);
  return object.kind === 'found' ? parseResults(format, object.text) : object;
}

function variablesOf(
  { variables }: BuildCheck,
  { request: { environment, run, commit }, outputs }: Validation,
  token: string,
): BuildVariable[] {
  const own = { RUNBOOK_ENVIRONMENT: environment, RUNBOOK_RUN: run, RUNBOOK_COMMIT: commit, [TOKEN_VARIABLE]: token };
  return [
    ...Object.entries(own).map(([name, value]) => ({ name, value, type: 'PLAINTEXT' as const })),
    ...Object.entries(variables).map(([name, source]) => ({ name, ...given(source, environment, outputs) })),
  ];
}

/** A secret is named here, and CodeBuild reads it with the role of the build. */
function given(
  source: BuildVariableSource,
  environment: string,
  outputs: StackOutputs,
): Pick<BuildVariable, 'value' | 'type'> {
  const named = (text: string) => text.replaceAll('{environment}', () => environment);
  if ('value' in source) return { value: source.value, type: 'PLAINTEXT' };
  if ('ssm' in source) return { value: named(source.ssm), type: 'PARAMETER_STORE' };
  if ('secretsManager' in source) {
    const field = source.field === undefined ? '' : `:${source.field}`;
    return { value: `${named(source.secretsManager)}${field}`, type: 'SECRETS_MANAGER' };
  }
  const value: unknown = Object.hasOwn(outputs, source.output) ? outputs[source.output] : undefined;
  if (value === undefined || value === null)
    throw new InputError(
      `environment "${environment}" has no Terraform output "${source.output}", which a variable of the check needs; provision it again`,
    );
  return { value: typeof value === 'string' ? value : JSON.stringify(value), type: 'PLAINTEXT' };
}

function quotaUsedUp(): Conclusion {
  return {
    ...{ status: 'not-ready', otherwise: 'unknown' },
    expected: 'the build of the check to start',
    observed: 'CodeBuild starts no more builds at present: the quota of the account is used up',
    evidence: {},
  };
}
