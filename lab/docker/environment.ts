import { join, resolve } from 'node:path';
import type { LabContext } from '../context.ts';

/** Where the lab keeps pushed images: `images/<manifest digest>/`, see ImageStore. */
export function imagesDirectory(context: LabContext): string {
  return join(context.directory, 'images');
}

/**
 * What a build needs so that `docker` is the lab's own.
 * @param state folder for the images that the build makes before it pushes them
 */
export function dockerEnvironment(context: LabContext, state: string) {
  return {
    /** To be put in front of PATH. */
    path: resolve(import.meta.dirname, 'bin'),
    variables: {
      LAB_DOCKER_NODE: process.execPath,
      LAB_DOCKER_STATE: state,
      LAB_DOCKER_IMAGES: imagesDirectory(context),
      LAB_DOCKER_PROJECT: context.projectRoot,
    },
  };
}
