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
   * The folders of the roots that have a backend in S3: once a root is initialised, Terraform does not print that any
   * more.
   */
  prepared: Set<string>;
}

/** A Terraform root with its backend, ready to be worked on. */
export interface Root {
  folder: string;
  /** The bucket and the key are those of the root's state. */
  bucket: string;
  key: string;
  /** The table has the second lock; the backend's own root has none. */
  table: string | undefined;
  /** The name of a state that could not be written, in the run's folder. */
  errored: string;
  /** The files of the run that existed when the build began, by their keys in the run's folder. */
  found: ReadonlyMap<string, Buffer>;
  /** The lineage of the root's state, where what is applied destroys it. */
  destroys?: string;
  /** The file of the root's variables. */
  variablesFile: string;
  /** The stack's own names of its variables; the bootstrap root has those of the project. */
  variables?: StackVariables;
  secrets?: SecretFiles;
}

/** Returns the address of a root's state, for a reader. */
export function stateOf({ bucket, key }: Pick<Root, 'bucket' | 'key'>): string {
  return `s3://${bucket}/${key}`;
}
