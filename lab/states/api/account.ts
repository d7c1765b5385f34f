import type { Arns } from '../arns.ts';
import type { Executions } from '../executions.ts';
import type { StateMachines } from '../machines.ts';
import type { MapRuns } from '../map-runs.ts';
import type { TaskTokens } from '../tokens.ts';

/** The operations of the API work on this account. */
export interface Account {
  readonly arns: Arns;
  readonly machines: StateMachines;
  readonly executions: Executions;
  readonly mapRuns: MapRuns;
  readonly tokens: TaskTokens;
  /** Returns whether there is a log group of that name. */
  readonly logGroupExists: (name: string) => Promise<boolean>;
}

/** An operation gets parameters and returns an answer. @throws AwsError */
export type Operation = (account: Account, params: Record<string, unknown>) => unknown | Promise<unknown>;
