import { OF_BUILDS } from './unused-permissions/builds.ts';
import { OF_FUNCTIONS } from './unused-permissions/functions.ts';
import { OF_MACHINES } from './unused-permissions/machines.ts';
import { OF_PREVIEWS } from './unused-permissions/previews.ts';
import { OF_TASKS } from './unused-permissions/tasks.ts';
import type { Unused } from './unused-permissions/unused.ts';

/**
 * These are the reasons why roles keep permissions that no whole life of an environment uses. Every other permission
 * has to be used.
 */
export const UNUSED: readonly Unused[] = [...OF_FUNCTIONS, ...OF_MACHINES, ...OF_BUILDS, ...OF_PREVIEWS, ...OF_TASKS];
