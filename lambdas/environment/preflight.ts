import { createHash } from 'node:crypto';
import type * as z from 'zod';
import {
  deployInput,
  describeIssues,
  type Exclusion,
  extendInput,
  protectInput,
  provisionInput,
  shown,
  sweepInput,
  teardownInput,
  validateInput,
} from '../contracts/contracts.ts';
import type { HandlerEnvironment } from '../contracts/environment-variables.ts';
import { halfGoneBy, isProtected, latestEnd } from '../contracts/lease.ts';
import { environmentNames, runKeys } from '../contracts/naming.ts';
import { DEPLOY_OUTPUTS, type DeployOutputs, withOutputs } from '../contracts/outputs.ts';
import type { EnvironmentMachine, EnvironmentRecord } from '../contracts/record.ts';
import { type ExecutionRef, type PreflightEvent, type PreflightRequest, STARTED_BY } from '../contracts/request.ts';
import { type InputTypes, type InputVariables, typedInputs } from '../contracts/stack-variables.ts';
import { HOUR_MS, instantOf } from '../runtime/clock.ts';
import { InputError, SafetyError } from '../runtime/errors.ts';
import type { ImagesPort } from '../validation/observe-images.ts';
import { liveImages, requirePublished } from './published-images.ts';
import { type BackendPort, requireOwnBackend } from './require-own-backend.ts';
import { type RecordsPort, requireOwnName } from './require-own-name.ts';

export interface PreflightPorts extends ImagesPort, RecordsPort, BackendPort {
  /** Account id of whoever runs this. */
  accountId(): Promise<string>;
  loadRecord(environment: string): Promise<EnvironmentRecord | null>;
}

export interface PreflightOptions {
  env: HandlerEnvironment<'preflight'>;
  region: string;
}

/** Of an environment whose services are known. */
type DeployableRecord = EnvironmentRecord & { outputs: DeployOutputs };

const INPUTS = {
  provision: provisionInput,
  deploy: deployInput,
  validate: validateInput,
  teardown: teardownInput,
  sweep: sweepInput,
  extend: extendInput,
  protect: protectInput,
};
type Outputs = { [M in keyof typeof INPUTS]: z.output<(typeof INPUTS)[M]> };
type Input = { environment: string; reason?: string | undefined; keepBackend?: boolean | undefined } & Partial<
  Omit<
    Outputs['provision'] &
      Outputs['deploy'] &
      Outputs['validate'] &
      Outputs['teardown'] &
      Outputs['sweep'] &
      Outputs['extend'] &
      Outputs['protect'],
    'environment' | 'reason' | 'keepBackend'
  >
>;

/** Less than this is not worth starting. */
const SHORTEST_LIFE_MS = 15 * 60_000;

/**
 * Checks a request before anything happens, and works out everything that follows from it.
 * @throws {InputError} naming key, value and fix
 * @throws {SafetyError} for an account or a region that is not allowed
 */
export async function preflight(
  { machine, input, execution }: PreflightEvent,
  { env, region }: PreflightOptions,
  ports: PreflightPorts,
): Promise<PreflightRequest> {
  const wanted = parseInput(machine, input, env.NAME_PATTERN);
  allow('region', region, env.ALLOWED_REGIONS, 'ALLOWED_REGIONS');
  // Asked for together, and heard one after the other: a foreign account is told before a table that it does not have.
  const reading = ports.loadRecord(wanted.environment);
  reading.catch(() => {});
  const accountId = await ports.accountId();
  allow('account', accountId, env.ALLOWED_ACCOUNTS, 'ALLOWED_ACCOUNTS');

  const record = await reading;
  if (machine === 'provision') await requireOwnName(wanted.environment, record, env.NAME_PATTERN, ports);
  if (machine === 'validate') requireOutputs(wanted.environment, record);
  if (machine === 'deploy') requireImages(env.HAS_IMAGES);
  const deployable = machine === 'deploy' ? requireDeployable(wanted.environment, record) : undefined;
  const run = chooseRun(machine, wanted, record, execution);
  const { environment, ttlHours } = wanted;
  const names = environmentNames(env.NAME_PATTERN, environment, accountId);
  if (machine === 'provision') {
    await requireOwnBackend({ environment, stateBucket: names.stateBucket, accountId, region }, record, ports);
  }
  const publishes = machine === 'provision' || machine === 'deploy';
  const commit = wanted.commit ?? (publishes ? env.BUNDLE_COMMIT : (record?.commit ?? env.BUNDLE_COMMIT));
  // Of any other commit the images must be there already: the bundle holds the source of its own alone.
  if (publishes && commit !== env.BUNDLE_COMMIT) {
    requireImages(env.HAS_IMAGES, commit, env.BUNDLE_COMMIT);
    await requirePublished(names, commit, env.BUNDLE_COMMIT, ports);
  }
  return withoutUndefined({
    ...wanted,
    machine,
    keepBackend:
      wanted.keepBackend ?? (record?.status === 'GONE' && record.run === run ? record.keptBackend : undefined),
    // A sweep by hand confirms what a delayed one has named, though nothing but CloudTrail knows of it.
    provenance:
      machine === 'sweep'
        ? (wanted.provenance ?? (record?.run === run ? record.lastSweep?.provenance : undefined) ?? false)
        : undefined,
    checks: machine === 'validate' ? chooseChecks(wanted.checks, env.CHECKS) : undefined,
    run,
    commit,
    accountId,
    region,
    execution,
    names,
    keys: runKeys(environment, run),
    bundleCommit: publishes ? env.BUNDLE_COMMIT : undefined,
    hasImages: machine === 'provision' ? env.HAS_IMAGES : undefined,
    liveImages: deployable && (await liveImages(names, deployable, ports)),
    variables: wanted.variables && inputsOf(wanted.variables, env.INPUT_TYPES),
    exclusions: exclusionsOf(environment, env.SWEEP_EXCLUSIONS),
    expiresAt:
      ttlHours === undefined ? undefined : expiry(environment, ttlHours, record, execution, env.MAX_LIFE_HOURS),
    record,
  });
}

/** @throws {InputError} */
export function parseInput(machine: EnvironmentMachine, raw: Record<string, unknown>, namePattern: string): Input {
  const { [STARTED_BY]: _, ...input } = raw;
  const parsed = INPUTS[machine].safeParse(input);
  if (!parsed.success) throw new InputError(`input of ${machine}: ${explain(parsed.error, input)}`);
  const { environment } = parsed.data;
  const suffix = namePattern.slice(namePattern.indexOf('}') + 1);
  // "dev-v3" would own order-platform-dev-v3-v3-…, which a sweep of "dev" would take for its own.
  if (suffix && `${environment}-`.includes(`${suffix}-`)) {
    throw new InputError(
      `environment "${environment}": must not contain "${suffix}", which ends every prefix (try "${environment.replaceAll(suffix, '')}")`,
    );
  }
  return parsed.data;
}

/** As describeIssues, with the value that was given and, for a name, one that would do. */
function explain(error: z.ZodError, input: Record<string, unknown>): string {
  const { environment } = input;
  const about = error.issues.find((issue) => issue.path[0] === 'environment');
  if (!about || typeof environment !== 'string') return describeIssues(error, input);
  const suggestion = environment
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 21)
    .replace(/-+$/, '');
  const hint = suggestion.length >= 2 && suggestion !== environment ? ` (try "${suggestion}")` : '';
  const others = error.issues.filter((issue) => issue.path[0] !== 'environment');
  const rest = others.length ? `; ${describeIssues({ ...error, issues: others } as z.ZodError, input)}` : '';
  return `environment "${shown(environment)}": ${about.message}${hint}${rest}`;
}

function allow(what: string, value: string, allowed: readonly string[], variable: string): void {
  if (allowed.includes(value)) return;
  throw new SafetyError(`${what} "${value}" is not allowed here: use one of ${allowed.join(', ')} (${variable})`);
}

/** @throws {InputError} naming a check that the stack does not have */
function chooseChecks(wanted: readonly string[] | undefined, all: readonly string[]): string[] {
  const unknown = wanted?.find((check) => !all.includes(check));
  // Asked for twice, it is one check.
  if (unknown === undefined) return [...new Set(wanted ?? all)];
  throw new InputError(`input of validate: check "${shown(unknown)}": must be one of ${all.join(', ')}`);
}

/** @throws {InputError} for a stack that is made from its configuration alone */
function requireImages(hasImages: boolean, commit?: string, bundle?: string): void {
  if (hasImages) return;
  throw new InputError(
    commit === undefined
      ? 'this stack has no images of its own, so there is nothing to deploy: change its Terraform root, deploy this project, and provision the environment again'
      : `commit "${commit}": this stack has no images of its own, and what is deployed here was made from ${bundle}: leave "commit" out`,
  );
}

function requireOutputs(environment: string, record: EnvironmentRecord | null): EnvironmentRecord {
  if (!record || record.status === 'GONE') {
    throw new InputError(
      `environment "${environment}" does not exist: provision it first (npx runbook provision ${environment})`,
    );
  }
  if (record.outputs) return record;
  throw new InputError(
    `environment "${environment}" is ${record.status} and has no outputs yet: wait for its provision to finish`,
  );
}

/** @throws {InputError} unless there are services to give other images to */
export function requireDeployable(environment: string, record: EnvironmentRecord | null): DeployableRecord {
  const living = requireOutputs(environment, record);
  const { status } = living;
  // Its next failure would be the deployment's, and what a teardown has begun could be extended and protected.
  const teardown = halfGoneBy(living);
  if (teardown && status !== 'TEARING_DOWN' && status !== 'PROVISIONING') {
    throw new InputError(
      `environment "${environment}" is ${status}, its teardown began in ${teardown}: it cannot be deployed to, only provisioned again`,
    );
  }
  if (status === 'LIVE' || status === 'FAILED') {
    const outputs = withOutputs(DEPLOY_OUTPUTS).safeParse(living.outputs);
    if (outputs.success) return { ...living, outputs: outputs.data };
    throw new InputError(
      `the Terraform outputs of environment "${environment}" are not what a deployment needs: ${describeIssues(outputs.error)}; provision it again`,
    );
  }
  const fix = status === 'TEARING_DOWN' ? 'provision it again when it is GONE' : 'wait for its provision to finish';
  throw new InputError(`environment "${environment}" is ${status}, and can be deployed to while it is LIVE: ${fix}`);
}

/** A life keeps its run until it is GONE; a sweep looks after the last life there was. */
function chooseRun(
  machine: EnvironmentMachine,
  wanted: Input,
  record: EnvironmentRecord | null,
  execution: ExecutionRef,
): string {
  if (wanted.run !== undefined) {
    const pattern = new RegExp(`^${wanted.environment}-\\d{8}T\\d{6}-[0-9a-f]{6}$`);
    if (pattern.test(wanted.run)) return wanted.run;
    throw new InputError(
      `run "${wanted.run}": must be a run of "${wanted.environment}", such as "${newRun(wanted.environment, execution)}"`,
    );
  }
  if (record && (record.status !== 'GONE' || machine === 'sweep')) return record.run;
  return newRun(wanted.environment, execution);
}

/** The same for every attempt of an execution, redrives included. */
export function newRun(environment: string, { id, startTime }: ExecutionRef): string {
  const time = new Date(startTime).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  return `${environment}-${time}-${markOf(id)}`;
}

/** Whether the life that the run is began with that execution. */
export function isRunStartedBy(run: string, executionArn: string): boolean {
  return run.endsWith(`-${markOf(executionArn)}`);
}

function markOf(executionArn: string): string {
  return createHash('sha256').update(executionArn).digest('hex').slice(0, 6);
}

/** @throws {InputError} when the environment would live too long, or has done so already */
function expiry(
  environment: string,
  ttlHours: number,
  record: EnvironmentRecord | null,
  { startTime }: ExecutionRef,
  maxLifeHours: number,
): string {
  if (ttlHours > maxLifeHours) {
    throw new InputError(
      `ttlHours ${ttlHours}: an environment may live ${maxLifeHours} hours at most (MAX_LIFE_HOURS)`,
    );
  }
  const start = Date.parse(startTime);
  const wanted = start + ttlHours * HOUR_MS;
  if (!record || record.status === 'GONE') return instantOf(wanted);
  const last = latestEnd(record, maxLifeHours);
  // A protected environment outlives its time, and can be worked on all the while.
  if (last - start < SHORTEST_LIFE_MS && !isProtected(record, start)) {
    throw new InputError(
      `environment "${environment}" was created at ${record.createdAt} and may live ${maxLifeHours} hours at most (MAX_LIFE_HOURS): tear it down first`,
    );
  }
  return instantOf(Math.min(wanted, last));
}

/** @throws {InputError} for a variable that the configuration does not allow, or a value of another type */
function inputsOf(given: InputVariables, allowed: InputTypes): InputVariables {
  const { values, problems } = typedInputs(given, allowed);
  if (problems.length > 0) throw new InputError(`input of provision: ${problems.join('; ')}`);
  return values;
}

/** Absent where there are none. */
function exclusionsOf(environment: string, declared: readonly Exclusion[]): Exclusion[] | undefined {
  const own = declared.map(({ what, why }) => ({ what: what.replaceAll('{environment}', environment), why }));
  return own.length > 0 ? own : undefined;
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(value: T): PreflightRequest {
  const defined = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(defined) as Defined<T> as unknown as PreflightRequest;
}
