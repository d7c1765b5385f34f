import type { Report } from '../report.ts';
import type { Terraform } from './process.ts';
import type { SecretFiles } from './secrets.ts';
import type { Settings } from './settings.ts';
import type { Signals } from './signals.ts';
import type { StackVariables } from './stack-variables.ts';

/** What everything of one build has in common. */
export interface Build {
  settings: Settings;
  report: Report;
  signals: Signals;
  terraform: Terraform;
  /** Folder of the build alone, which ends with it. */
  work: string;
}

/** A Terraform root with its backend, ready to be worked on. */
export interface Root {
  folder: string;
  /** Where its state is. */
  bucket: string;
  key: string;
  /** Table of its second lock; the backend's own root has none. */
  table: string | undefined;
  /** Name of a state that could not be written, in the run's folder. */
  errored: string;
  /** Files of the run that were there when the build began, by their keys in the run's folder. */
  found: ReadonlyMap<string, Buffer>;
  /** Lineage of its state, where what is applied destroys it. */
  destroys?: string;
  /** The file of its variables. */
  variablesFile: string;
  /** What the stack's root calls its variables; the bootstrap root has those of the project. */
  variables?: StackVariables;
  secrets?: SecretFiles;
}

/** Address of a root's state, for a reader. */
export function stateOf({ bucket, key }: Pick<Root, 'bucket' | 'key'>): string {
  return `s3://${bucket}/${key}`;
}
