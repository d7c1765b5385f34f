import {
  type Account,
  ARCHITECTURE,
  accountOf,
  type Claim,
  COMMIT,
  claimOf,
  PATH_IN_SOURCE,
  type Rule,
  type Variables,
} from '../variables.ts';

export interface ImageSettings extends Account {
  /** Undefined for whoever only adds images of a commit, which changes nothing of an environment. */
  claim: Claim | undefined;
  commit: string;
  /** What the source here was made from: no other commit can be built of it. */
  bundleCommit: string;
  dockerfiles: { api: string; worker: string };
  keepStableTags: boolean;
  /** As Docker names it. */
  platform: 'linux/arm64' | 'linux/amd64';
}

const DOCKERFILE: Rule = [PATH_IN_SOURCE, 'a file in the source'];

/** @throws BuildFailure that names the variable which is missing or malformed */
export function imageSettings(variables: Variables): ImageSettings {
  const keepStableTags = variables.optional('STABLE_TAGS', ['keep|move', 'keep or move']) === 'keep';
  return settingsOf(variables, (account) => ({ ...account, claim: claimOf(variables), keepStableTags }));
}

/**
 * For a pipeline of a team's own, which has no claim: images of a commit, under no tag but its own.
 * @throws BuildFailure that names the variable which is missing or malformed
 */
export function pushSettings(variables: Variables): ImageSettings {
  return settingsOf(variables, (account) => ({ ...account, claim: undefined, keepStableTags: true }));
}

function settingsOf(
  variables: Variables,
  mode: (account: Account) => Account & Pick<ImageSettings, 'claim' | 'keepStableTags'>,
): ImageSettings {
  return {
    ...mode(accountOf(variables)),
    commit: variables.required('COMMIT', COMMIT),
    bundleCommit: variables.required('BUNDLE_COMMIT', COMMIT),
    dockerfiles: {
      api: variables.required('API_DOCKERFILE', DOCKERFILE),
      worker: variables.required('WORKER_DOCKERFILE', DOCKERFILE),
    },
    platform: variables.optional('CPU_ARCHITECTURE', ARCHITECTURE) === 'X86_64' ? 'linux/amd64' : 'linux/arm64',
  };
}
