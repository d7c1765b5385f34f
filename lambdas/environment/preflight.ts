import type { Exclusion } from '../contracts/contracts.ts';
import type { HandlerEnvironment } from '../contracts/functions.ts';
import { environmentNames, runKeys } from '../contracts/naming.ts';
import type { EnvironmentMachine, EnvironmentRecord } from '../contracts/record.ts';
import type { PreflightEvent, PreflightRequest } from '../contracts/request.ts';
import { SafetyError } from '../runtime/errors.ts';
import type { ImagesPort } from '../validation/observe-images.ts';
import { type OwnRequest, REQUESTS, type Situation } from './machine-requests.ts';
import { type InputOf, parseInput } from './parse-input.ts';
import type { BackendPort } from './require-own-backend.ts';
import type { RecordsPort } from './require-own-name.ts';

export interface PreflightPorts extends ImagesPort, RecordsPort, BackendPort {
  /** Returns the account id of the caller. */
  accountId(): Promise<string>;
  loadRecord(environment: string): Promise<EnvironmentRecord | null>;
}

export interface PreflightOptions {
  env: HandlerEnvironment<'preflight'>;
  region: string;
}

/**
 * Checks a request before anything happens, and derives everything that follows from it.
 * @throws {InputError} naming key, value and fix
 * @throws {SafetyError} for an account or a region that is not allowed
 */
export async function preflight(
  { machine, input, execution }: PreflightEvent,
  { env, region }: PreflightOptions,
  ports: PreflightPorts,
): Promise<PreflightRequest> {
  const wanted = parseInput(machine, input, env.NAME_PATTERN);
  const { environment } = wanted;
  allow('region', region, env.ALLOWED_REGIONS, 'ALLOWED_REGIONS');
  // Both requests run in parallel, but the account is checked first, so that a wrong account is reported rather than a
  // missing table.
  const reading = ports.loadRecord(environment);
  reading.catch(() => {});
  const accountId = await ports.accountId();
  allow('account', accountId, env.ALLOWED_ACCOUNTS, 'ALLOWED_ACCOUNTS');

  const record = await reading;
  const names = environmentNames(env.NAME_PATTERN, environment, accountId, env.BACKEND_NAMES ?? undefined);
  const own = await ownRequest(machine, wanted, { env, accountId, region, execution, names, record, ports });
  const exclusions = exclusionsOf(environment, env.SWEEP_EXCLUSIONS);
  return {
    ...own,
    machine,
    accountId,
    region,
    execution,
    names,
    keys: runKeys(environment, own.run),
    ...(exclusions.length > 0 ? { exclusions } : {}),
    record,
  };
}

function ownRequest<M extends EnvironmentMachine>(
  machine: M,
  input: InputOf<M>,
  situation: Situation,
): OwnRequest | Promise<OwnRequest> {
  return REQUESTS[machine](input, situation);
}

/** @throws {SafetyError} for a value that is not in the list */
export function allow(what: string, value: string, allowed: readonly string[], variable: string): void {
  if (allowed.includes(value)) return;
  throw new SafetyError(`${what} "${value}" is not allowed here: use one of ${allowed.join(', ')} (${variable})`);
}

function exclusionsOf(environment: string, declared: readonly Exclusion[]): Exclusion[] {
  return declared.map(({ what, why }) => ({ what: what.replaceAll('{environment}', environment), why }));
}
