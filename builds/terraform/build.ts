import type { Report } from '../report.ts';
import type { Terraform } from './process.ts';
import type { SecretFiles } from './secrets.ts';
import type { Settings } from './settings.ts';
import type { Signals } from './signals.ts';
import type { StackVariables } from './stack-variables.ts';

/** All steps of one build share these values. */
export interface Build {
  settings: Settings;
  report: Report;
  signals: Signals;
  terraform: Terraform;
  /** The folder is the build's alone, and is removed with it. */
  work: string;
  /**
   * These folders are those of the roots that have a backend in S3: once a root is initialised, Terraform does not
   * print that any more.
   */
  prepared: Set<string>;
}

/** The root is a Terraform root with its backend, ready to be worked on. */
export interface Root {
  folder: string;
  /** The bucket and the key are those of the root's state. */
  bucket: string;
  key: string;
  /** The table has the second lock; the backend's own root has none. */
  table: string | undefined;
  /** A state that could not be written has this name in the run's folder. */
  errored: string;
  /** These files of the run existed when the build began; the keys are those in the run's folder. */
  found: ReadonlyMap<string, Buffer>;
  /** The lineage is that of the root's state, where what is applied destroys it. */
  destroys?: string;
  variablesFile: string;
  /** The stack's root has its own names for its variables; the bootstrap root has those of the project. */
  variables?: StackVariables;
  secrets?: SecretFiles;
}

/** Returns the address of a root's state, for a reader. */
export function stateOf({ bucket, key }: Pick<Root, 'bucket' | 'key'>): string {
  return `s3://${bucket}/${key}`;
}
