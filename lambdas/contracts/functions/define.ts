import type * as z from 'zod';
import type { VariableName } from '../environment-variables.ts';
import type { Attributes } from './record-attributes.ts';

/** Describes everything that is particular to one function, for its handler and its deployment. */
export interface Manifest {
  /** The name is that of the file in `lambdas/handlers/` and, after `runbook-`, of the function. */
  name: string;
  /** The handler reads these environment variables. */
  variables: readonly VariableName[];
  timeoutSeconds: number;
  memoryMb: number;
  /**
   * The list has every IAM action that the function's adapters call, except those of `buckets`. `lib/iam/` narrows the
   * resources down.
   */
  actions: readonly string[];
  /** The keys are actions of S3, and the values are the buckets on which the function needs them. */
  buckets?: Readonly<Record<string, readonly Bucket[]>>;
  /** The function's updates name these attributes of a record, in their conditions or their changes. */
  record?: Attributes;
  /** A state machine passes this part of its request to the function, as `${OutputsRequest}` for the function `outputs`. */
  request?: z.ZodObject;
  /** EventBridge or its scheduler invokes the function and does not wait for the outcome. */
  unattended?: true;
  /**
   * The function describes resources of any name, which the inventory, tags or a rule lists. Without the permission,
   * they would stay UNKNOWN.
   */
  readsAnyName?: true;
}

/** `named` means all buckets of the name pattern. Each other value means one bucket. */
export type Bucket = 'control' | 'bundle' | 'state' | 'named' | RunFiles | Keys;
/** The files are below the folder of an environment in the control bucket. */
interface RunFiles {
  files: readonly string[];
}

/** The objects are in the control bucket. */
interface Keys {
  keys: readonly string[];
}

/** Builds run these archives. Only `claim` writes them, and no pattern of another function matches one. */
export const ARCHIVES = 'runs/*/bundle*.zip';

/** Every built-in check has these variables. */
export const CHECK_VARIABLES = ['WAIT_SECONDS'] as const;

/**
 * Defines a function.
 * @returns the manifest, with the actions of `buckets` among its actions
 */
export function defineFunction<const M extends Manifest>(
  manifest: M,
): Omit<M, 'actions'> & { actions: readonly string[] } {
  const { actions, buckets = {} } = manifest;
  return { ...manifest, actions: [...new Set([...actions, ...Object.keys(buckets)])] };
}
