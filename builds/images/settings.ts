import {
  type Account,
  ARCHITECTURE,
  accountOf,
  type Claim,
  claimOf,
  PATH_IN_SOURCE,
  type Rule,
  type Variables,
} from '../variables.ts';

export interface ImageSettings extends Account, Claim {
  commit: string;
  /** What the source here was made from: no other commit can be built of it. */
  bundleCommit: string;
  dockerfiles: { api: string; worker: string };
  keepStableTags: boolean;
  /** As Docker names it. */
  platform: 'linux/arm64' | 'linux/amd64';
}

const COMMIT: Rule = ['[0-9a-f]{7,64}', '7 to 64 hexadecimal digits'];
const DOCKERFILE: Rule = [PATH_IN_SOURCE, 'a file in the source'];

/** @throws BuildFailure that names the variable which is missing or malformed */
export function imageSettings(variables: Variables): ImageSettings {
  return {
    ...accountOf(variables),
    ...claimOf(variables),
    commit: variables.required('COMMIT', COMMIT),
    bundleCommit: variables.required('BUNDLE_COMMIT', COMMIT),
    dockerfiles: {
      api: variables.required('API_DOCKERFILE', DOCKERFILE),
      worker: variables.required('WORKER_DOCKERFILE', DOCKERFILE),
    },
    keepStableTags: variables.optional('STABLE_TAGS', ['keep|move', 'keep or move']) === 'keep',
    platform: variables.optional('CPU_ARCHITECTURE', ARCHITECTURE) === 'X86_64' ? 'linux/amd64' : 'linux/arm64',
  };
}
