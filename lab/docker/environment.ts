import { join, resolve } from 'node:path';
import type { LabContext } from '../context.ts';

/** Returns the folder of pushed images: `images/<manifest digest>/`, see ImageStore. */
export function imagesDirectory(context: LabContext): string {
  return join(context.directory, 'images');
}

/**
 * Returns what a build needs so that `docker` is the lab's own.
 * @param state folder for the images that the build creates before it pushes them
 */
export function dockerEnvironment(context: LabContext, state: string) {
  return {
    /** The path belongs in front of PATH. */
    path: resolve(import.meta.dirname, 'bin'),
    variables: {
      LAB_DOCKER_NODE: process.execPath,
      LAB_DOCKER_STATE: state,
      LAB_DOCKER_IMAGES: imagesDirectory(context),
      LAB_DOCKER_PROJECT: context.projectRoot,
    },
  };
}
