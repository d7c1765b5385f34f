import { type Image, imageList } from '../image-list.ts';
import { BuildFailure } from '../report.ts';
import { type Account, accountOf, type Claim, COMMIT, claimOf, type Variables } from '../variables.ts';

export interface ImageSettings extends Account {
  /** The claim is undefined for a caller that only adds images of a commit, which changes nothing of an environment. */
  claim: Claim | undefined;
  commit: string;
  /** The source here is that of this commit: the images of no other commit can be built from it. */
  bundleCommit: string;
  /** The list has at least one image. */
  images: readonly Image[];
  keepStableTags: boolean;
}

/** @throws BuildFailure that names the variable which is missing or malformed */
export function imageSettings(variables: Variables): ImageSettings {
  const keepStableTags = variables.optional('STABLE_TAGS', ['keep|move', 'keep or move']) === 'keep';
  return settingsOf(variables, (account) => ({ ...account, claim: claimOf(variables), keepStableTags }));
}

/**
 * Returns the settings for a pipeline of a team's own, which has no claim: images of a commit, under no tag but its
 * own.
 * @throws BuildFailure that names the variable which is missing or malformed
 */
export function pushSettings(variables: Variables): ImageSettings {
  return settingsOf(variables, (account) => ({ ...account, claim: undefined, keepStableTags: true }));
}

function settingsOf(
  variables: Variables,
  mode: (account: Account) => Account & Pick<ImageSettings, 'claim' | 'keepStableTags'>,
): ImageSettings {
  const account = accountOf(variables);
  const images = imageList(variables, account);
  if (images.length === 0)
    throw new BuildFailure('there are no images to publish: stack.images of the configuration is empty');
  return {
    ...mode(account),
    images,
    commit: variables.required('COMMIT', COMMIT),
    bundleCommit: variables.required('BUNDLE_COMMIT', COMMIT),
  };
}
