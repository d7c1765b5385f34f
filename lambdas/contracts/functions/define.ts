import type { VariableName } from '../environment-variables.ts';
import type { Attributes } from './record-attributes.ts';

/** Everything that is particular to one function, for its handler and for whoever deploys it. */
export interface Manifest {
  /** Of its file in `lambdas/handlers/` and, after `runbook-`, of the function. */
  name: string;
  /** Environment variables that its handler reads. */
  variables: readonly VariableName[];
  timeoutSeconds: number;
  memoryMb: number;
  /** Every IAM action that its adapters call, but those of `buckets`; `lib/iam/` narrows the resources down. */
  actions: readonly string[];
  /** Which bucket it means by each action of S3. */
  buckets?: Readonly<Record<string, readonly Bucket[]>>;
  /** Attributes of a record that its updates name, in their conditions or their changes. */
  record?: Attributes;
  /** EventBridge or its scheduler invokes it and does not wait for the outcome. */
  unattended?: true;
  /**
   * It describes resources that inventory, tags or a rule name, whatever they are called: denied, they would stay UNKNOWN.
   */
  readsAnyName?: true;
}

/** `named` are all buckets of the name pattern. The other buckets are one each. */
export type Bucket = 'control' | 'bundle' | 'state' | 'named' | RunFiles | Keys;
/** Files below the folder of an environment in the control bucket. */
interface RunFiles {
  files: readonly string[];
}

/** Objects of the control bucket. */
interface Keys {
  keys: readonly string[];
}

/** The archives that builds run. `claim` alone writes them, and no pattern of another function matches one. */
export const ARCHIVES = 'runs/*/bundle*.zip';

/** Of every built-in check. */
export const CHECK_VARIABLES = ['WAIT_SECONDS'] as const;

/** @returns the manifest, with the actions of `buckets` among its actions */
export function defineFunction<const M extends Manifest>(
  manifest: M,
): Omit<M, 'actions'> & { actions: readonly string[] } {
  const { actions, buckets = {} } = manifest;
  return { ...manifest, actions: [...new Set([...actions, ...Object.keys(buckets)])] };
}
