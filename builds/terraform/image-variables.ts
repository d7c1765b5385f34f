import type { Settings } from './settings.ts';

/** The digest of an image that this command does not need, or that no build has made yet. */
export const NO_DIGEST = `sha256:${'0'.repeat(64)}`;

/**
 * Returns the values of the root's variables of images. A command that plans no images gives one only where the root
 * has no default: it creates and changes nothing that has it, and Terraform would ask for it.
 */
export function imageVariables(
  { images, imageUris, accountId, region }: Settings,
  isRequired: (variable: string) => boolean,
): Record<string, string> {
  return Object.fromEntries(
    images.flatMap(({ name, variable, takes, repository }) => {
      const uri = imageUris[name] ?? `${accountId}.dkr.ecr.${region}.amazonaws.com/${repository}@${NO_DIGEST}`;
      if (!(name in imageUris) && !isRequired(variable)) return [];
      return [[variable, takes === 'digest' ? uri.slice(uri.indexOf('@') + 1) : uri]];
    }),
  );
}
