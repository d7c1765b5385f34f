import { createHash } from 'node:crypto';
import { type BuildCheck, type BuildVariableSource, resultsFolder } from '../contracts/build-checks.ts';
import type { Conclusion } from '../contracts/contracts.ts';
import { runKeys } from '../contracts/naming.ts';
import type { StackOutputs } from '../contracts/outputs.ts';
import type { CheckRequest } from '../contracts/request.ts';
import type { Clock } from '../runtime/clock.ts';
import { InputError } from '../runtime/errors.ts';
import { type CheckBuild, concludeBuild, notOver } from './checks/build-conclusion.ts';
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

export interface BuildPorts {
  /** Returns the build that has this variable. No older build than `since` is looked at. */
  find(project: string, variable: { name: string; value: string }, since: number): Promise<CheckBuild | undefined>;
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

/**
 * Starts the build of a check, once in an execution, and concludes from it. Every later look of the same execution finds
 * that build again: by its idempotency token, which CodeBuild keeps for 5 minutes, and by a variable, which it keeps for
 * a year (https://docs.aws.amazon.com/codebuild/latest/APIReference/API_StartBuild.html).
 */
export async function observeBuild(
  check: string,
  settings: BuildCheck,
  { request, outputs }: { request: CheckRequest; outputs: StackOutputs },
  ports: BuildPorts,
): Promise<Conclusion> {
  const { project, results } = settings;
  const { execution, environment, run } = request;
  const token = createHash('sha256').update(`${execution.id} ${check}`).digest('hex').slice(0, 40);
  const folder = `${runKeys(environment, run).base}/${resultsFolder(check)}/${token}`;
  const build: NewBuild = {
    ...{ project, token, variables: variablesOf(settings, request, outputs, token) },
    ...(results ? { resultsFolder: folder } : {}),
  };
  const started =
    (await ports.find(project, { name: TOKEN_VARIABLE, value: token }, Date.parse(execution.startTime) - SKEW_MS)) ??
    (await ports.start(build));
  if (!started) return quotaUsedUp();
  const ended = await untilOver(started, ports);
  if (ended.status === 'IN_PROGRESS') return notOver(ended);
  const read = results
    ? await resultsOf(`${folder}/${results.file.split('/').at(-1)}`, results.format, ports)
    : undefined;
  return concludeBuild(ended, read);
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
  { environment, run, commit }: CheckRequest,
  outputs: StackOutputs,
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
