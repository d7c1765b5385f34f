import type { HandlerEnvironment } from '../contracts/functions.ts';
import { halfGoneBy } from '../contracts/lease.ts';
import { environmentNames, runKeys } from '../contracts/naming.ts';
import type { PreviewEvent, PreviewResult } from '../contracts/payloads/preview.ts';
import type { EnvironmentRecord } from '../contracts/record.ts';
import { InputError, NotReadyError } from '../runtime/errors.ts';
import { allow } from './preflight.ts';

export interface PreviewPorts {
  /** Returns the account id of the caller. */
  accountId(): Promise<string>;
  loadRecord(environment: string): Promise<EnvironmentRecord | null>;
  /**
   * Starts a build of the project of previews with these variables.
   * @returns its id, or undefined where the account has no room for one more build
   */
  start(variables: Readonly<Record<string, string>>): Promise<string | undefined>;
}

export interface PreviewOptions {
  env: HandlerEnvironment<'preview'>;
  region: string;
}

/**
 * Starts the build that plans what a provision would change now. It claims nothing, and writes nothing to the record.
 * @throws {InputError} for an environment that a provision would create, or that is being torn down
 * @throws {SafetyError} for an account or a region that is not allowed
 * @throws {NotReadyError} when CodeBuild queues no more builds
 */
export async function startPreview(
  { environment }: PreviewEvent,
  { env, region }: PreviewOptions,
  { accountId, loadRecord, start }: PreviewPorts,
): Promise<PreviewResult> {
  allow('region', region, env.ALLOWED_REGIONS, 'ALLOWED_REGIONS');
  const account = await accountId();
  allow('account', account, env.ALLOWED_ACCOUNTS, 'ALLOWED_ACCOUNTS');
  const { run, fencing, owner, variables, ...record } = requireApplied(environment, await loadRecord(environment));
  const { prefix, stateKey } = environmentNames(env.NAME_PATTERN, environment, account);
  const build = await start({
    ENVIRONMENT: environment,
    PREFIX: prefix,
    ACCOUNT_ID: account,
    RUN: run,
    RUN_KEY: runKeys(environment, run).base,
    STATE_BUCKET: record.stateBucket,
    LOCK_TABLE: record.lockTable,
    STATE_KEY: stateKey,
    EXPIRES_AT: record.expiresAt,
    OWNER: owner,
    FENCING: String(fencing),
    REDRIVE: '0',
    INPUTS: Object.keys(variables ?? {}).length > 0 ? 'given' : 'none',
    COMMAND: 'preview',
  });
  if (build !== undefined) return { build };
  throw new NotReadyError(
    'CodeBuild queues no more builds in this account: try again when a build has ended, or ask for a higher quota of concurrent builds (npx runbook doctor)',
  );
}

function requireApplied(environment: string, record: EnvironmentRecord | null): EnvironmentRecord & { owner: string } {
  if (!record || record.status === 'GONE') {
    throw new InputError(
      `environment "${environment}" does not exist, and a provision creates everything: to see its plan before it is applied, npx runbook provision ${environment} --approval plan`,
    );
  }
  const { status, owner } = record;
  const teardown = halfGoneBy(record);
  if (status === 'TEARING_DOWN' || teardown) {
    throw new InputError(
      `environment "${environment}" is ${status}, its teardown began in ${teardown ?? owner}: wait until it is GONE, and provision it again`,
    );
  }
  if (!record.outputs || owner === undefined) {
    throw new InputError(
      `environment "${environment}" is ${status}, and no apply has ended yet: npx runbook diff ${environment} shows the plan of its provision`,
    );
  }
  return { ...record, owner };
}
