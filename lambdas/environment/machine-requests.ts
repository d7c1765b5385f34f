import type { HandlerEnvironment } from '../contracts/functions.ts';
import { type EnvironmentImage, imagesOfEnvironment } from '../contracts/images.ts';
import type { EnvironmentNames } from '../contracts/naming.ts';
import type { EnvironmentMachine, EnvironmentRecord } from '../contracts/record.ts';
import type { ExecutionRef, PreflightRequest } from '../contracts/request.ts';
import type { ImagesPort } from '../validation/observe-images.ts';
import { requireDeployable, requireOutputs } from './deployable.ts';
import type { InputOf } from './parse-input.ts';
import { liveImages, requirePublished } from './published-images.ts';
import { type BackendPort, requireOwnBackend } from './require-own-backend.ts';
import { type RecordsPort, requireOwnName } from './require-own-name.ts';
import { chooseChecks, expiry, inputsOf, requireImages } from './requirements.ts';
import { currentRun, sweptRun } from './runs.ts';

/** Describes what is known of an environment before the checks of its machine. */
export interface Situation {
  env: HandlerEnvironment<'preflight'>;
  accountId: string;
  region: string;
  execution: ExecutionRef;
  names: EnvironmentNames;
  record: EnvironmentRecord | null;
  ports: ImagesPort & RecordsPort & BackendPort;
}

type Common = 'machine' | 'accountId' | 'region' | 'execution' | 'names' | 'keys' | 'exclusions' | 'record';
/** A machine adds these members to a request. The others are the same for every machine. */
export type OwnRequest = Omit<PreflightRequest, Common>;

type Requests = {
  [M in EnvironmentMachine]: (input: InputOf<M>, situation: Situation) => OwnRequest | Promise<OwnRequest>;
};

/**
 * Each function checks what its machine needs.
 * @throws {InputError} naming key, value and fix
 */
export const REQUESTS: Requests = {
  async provision(input, situation) {
    const { env, accountId, region, execution, names, record, ports } = situation;
    const { environment, ttlHours } = input;
    await requireOwnName(environment, record, env.NAME_PATTERN, ports);
    await requireOwnBackend({ environment, stateBucket: names.stateBucket, accountId, region }, record, ports);
    const images = imagesIn(situation, environment);
    const commit = await published(input.commit, images, situation);
    return {
      ...input,
      run: currentRun(environment, record, execution),
      commit,
      bundleCommit: env.BUNDLE_COMMIT,
      hasImages: images.length > 0,
      images,
      ...(input.variables ? { variables: inputsOf(input.variables, env.INPUT_TYPES) } : {}),
      expiresAt: expiry(environment, ttlHours, record, execution, env.MAX_LIFE_HOURS),
      ...(env.KEEP_BACKEND ? { keepBackend: true } : {}),
    };
  },

  async deploy(input, situation) {
    const { env, accountId, region, execution, record, ports } = situation;
    const images = imagesIn(situation, input.environment);
    requireImages(images.length > 0);
    const deployable = requireDeployable(input.environment, record, images);
    const commit = await published(input.commit, images, situation);
    return {
      ...input,
      run: currentRun(input.environment, record, execution),
      commit,
      bundleCommit: env.BUNDLE_COMMIT,
      images,
      liveImages: await liveImages(images, deployable.commit, { accountId, region }, ports),
    };
  },

  validate(input, situation) {
    requireOutputs(input.environment, situation.record);
    const checks = chooseChecks(input.checks, situation.env.CHECKS);
    return {
      ...input,
      ...present(input.environment, situation),
      ...(input.commit ? { commit: input.commit } : {}),
      checks,
      images: imagesIn(situation, input.environment),
    };
  },

  teardown: (input, situation) => ({
    ...input,
    ...present(input.environment, situation),
    // A schedule that tries again does not know what the first teardown was asked for, nor which configuration made the backend.
    keepBackend: situation.env.KEEP_BACKEND || (input.keepBackend ?? situation.record?.keptBackend ?? false),
  }),
  extend: (input, situation) => ({ ...input, ...present(input.environment, situation) }),
  protect: (input, situation) => ({ ...input, ...present(input.environment, situation) }),

  sweep(input, situation) {
    const { env, execution, record } = situation;
    const run = sweptRun(input, record, execution);
    // The teardown of that run was asked for this value.
    const kept = record?.status === 'GONE' && record.run === run ? record.keptBackend : undefined;
    const keepBackend = env.KEEP_BACKEND || (input.keepBackend ?? kept);
    // A sweep by hand confirms the leftovers of a delayed sweep, although only CloudTrail may have them.
    const before = record?.run === run ? record.lastSweep?.provenance : undefined;
    return {
      ...input,
      ...(keepBackend === undefined ? {} : { keepBackend }),
      provenance: input.provenance ?? before ?? false,
      run,
      commit: record?.commit ?? env.BUNDLE_COMMIT,
    };
  },
};

function imagesIn({ env, names }: Situation, environment: string): EnvironmentImage[] {
  return imagesOfEnvironment(env.IMAGES, { prefix: names.prefix, environment });
}

/** Returns the run and the commit of an environment as it is. */
function present(environment: string, { env, execution, record }: Situation): { run: string; commit: string } {
  return { run: currentRun(environment, record, execution), commit: record?.commit ?? env.BUNDLE_COMMIT };
}

/**
 * Returns the commit whose images are to run. Images of any other commit than the bundle's must already exist: the
 * bundle contains only its own commit's source.
 */
async function published(
  wanted: string | undefined,
  images: readonly EnvironmentImage[],
  { env, ports }: Situation,
): Promise<string> {
  const commit = wanted ?? env.BUNDLE_COMMIT;
  if (commit !== env.BUNDLE_COMMIT) {
    requireImages(images.length > 0, commit, env.BUNDLE_COMMIT);
    await requirePublished(images, commit, env.BUNDLE_COMMIT, ports);
  }
  return commit;
}
