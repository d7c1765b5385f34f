import type { LackingPermission } from '../../../../lambdas/contracts/plan.ts';
import type { EnvironmentRecord } from '../../../../lambdas/contracts/record.ts';
import { Records } from '../../../support/records.ts';

export interface Build {
  project: string;
  /** Until it is over. */
  status: 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED';
  /** Why it was not let to begin. */
  refused?: string;
  /** Why its plan was not applied. */
  refusal?: string;
  source: string;
  variables: Record<string, string>;
}

export interface Schedule {
  ScheduleExpression: string;
  ActionAfterCompletion: string;
  GroupName: string;
  Target: { Arn: string; RoleArn: string; Input: string };
}

/** What one invocation of a function answers; thrown errors are the function's, by their name. */
export type Behaviour = (event: Record<string, unknown>, call: number) => unknown;

/** The account around the machines, as a test sets it up and finds it afterwards. */
export class World {
  table = new Records();
  schedules = new Map<string, Schedule>();
  builds: Build[] = [];
  messages: { Subject: string; Message: string }[] = [];
  /** By function name without its head `runbook-`. */
  invocations: { name: string; event: Record<string, unknown> }[] = [];
  functions: Record<string, Behaviour> = {};
  /** Of builds and functions that went on to change something, in their order: what `commands` and `invocations` only began. */
  changed: string[] = [];
  /** What DescribeExecution says of an execution to a claim, for a description that lags behind. */
  stale = new Map<string, { status: string; redriveCount: number }>();
  /** Holds a build up after it has asked for ownership. */
  hold: (build: Build) => Promise<void> | undefined = () => undefined;
  /** Holds a function up after it has asked for ownership. */
  holdFunction: (name: string) => Promise<void> | undefined = () => undefined;
  /** Status that a build ends with. */
  buildStatus: (build: Build) => 'SUCCEEDED' | 'FAILED' = () => 'SUCCEEDED';
  /** Digests by `repository:tag`. */
  tags = new Map<string, string>();
  /** What a rollout's plan would change besides the services. */
  others = 'none';
  /** What a plan changes, as its build keeps it. */
  plan: { resource_changes: object[] } = {
    resource_changes: [
      { address: 'aws_db_instance.main', type: 'aws_db_instance', change: { actions: ['delete', 'create'] } },
    ],
  };
  /** What the role of the Terraform builds may not do, and the plan's resources need. */
  lacking: LackingPermission[] = [];
  /** What the tags of state buckets say of the end of their environments. */
  backendEnds = '2026-01-01T00:00:00Z';
  /** Lineage of the state that a destroy plan reads. */
  lineage = 'one';

  /** Empties the account; all is well in it again. */
  reset(functions: Record<string, Behaviour>): void {
    Object.assign(this, new World(), { functions });
  }

  get records(): Map<string, EnvironmentRecord> {
    return this.table.byName;
  }

  calls(name: string): number {
    return this.invocations.filter((invocation) => invocation.name === name).length;
  }

  commands(): string[] {
    return this.builds.map(({ project, variables }) => variables.COMMAND ?? project.replace('runbook-', ''));
  }
}

/** An error as a function of ours throws it. */
export function named(name: string, message = `${name} on purpose`): Error {
  return Object.assign(new Error(message), { name });
}

/** Throws `error` the first `times` times, then answers as `then` does. */
export function failing(times: number, error: Error, then: Behaviour): Behaviour {
  return (event, call) => {
    if (call <= times) throw error;
    return then(event, call);
  };
}
