import type { Arns } from '../arns.ts';
import type { Executions } from '../executions.ts';
import type { StateMachines } from '../machines.ts';
import type { MapRuns } from '../map-runs.ts';
import type { TaskTokens } from '../tokens.ts';

/** What the operations of the API work on. */
export interface Account {
  readonly arns: Arns;
  readonly machines: StateMachines;
  readonly executions: Executions;
  readonly mapRuns: MapRuns;
  readonly tokens: TaskTokens;
  /** Whether there is a log group of that name. */
  readonly logGroupExists: (name: string) => Promise<boolean>;
}

/** One operation: parameters in, answer out. @throws AwsError */
export type Operation = (account: Account, params: Record<string, unknown>) => unknown | Promise<unknown>;
