import type { LackingPermission } from '../../../../lambdas/contracts/plan.ts';
import type { EnvironmentRecord } from '../../../../lambdas/contracts/record.ts';
import { Records } from '../../../support/records.ts';

export interface Build {
  project: string;
  /** The status is IN_PROGRESS until the build is over. */
  status: 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED';
  /** The build was not allowed to begin for this reason. */
  refused?: string;
  /** The build's plan was not applied for this reason. */
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

/** A behaviour returns the answer of one invocation of a function; thrown errors are the function's, by their name. */
export type Behaviour = (event: Record<string, unknown>, call: number) => unknown;

/** The world is the account around the machines. A test sets it up and reads it afterwards. */
export class World {
  table = new Records();
  schedules = new Map<string, Schedule>();
  builds: Build[] = [];
  messages: { Subject: string; Message: string }[] = [];
  /** The names are those of the functions without the prefix `runbook-`. */
  invocations: { name: string; event: Record<string, unknown> }[] = [];
  functions: Record<string, Behaviour> = {};
  /**
   * The list has the builds and functions that went on to change something, in their order; `commands` and
   * `invocations` also have those that only began.
   */
  changed: string[] = [];
  /** DescribeExecution returns this for an execution to a claim, for a description that lags behind. */
  stale = new Map<string, { status: string; redriveCount: number }>();
  /** Holds a build up after it has asked for ownership. */
  hold: (build: Build) => Promise<void> | undefined = () => undefined;
  /** Holds a function up after it has asked for ownership. */
  holdFunction: (name: string) => Promise<void> | undefined = () => undefined;
  /** Returns the status that a build ends with. */
  buildStatus: (build: Build) => 'SUCCEEDED' | 'FAILED' = () => 'SUCCEEDED';
  /** The map has the digests by `repository:tag`. */
  tags = new Map<string, string>();
  /** A rollout's plan would change this besides the services. */
  others = 'none';
  /** A plan makes these changes; its build keeps them. */
  plan: { resource_changes: object[] } = {
    resource_changes: [
      { address: 'aws_db_instance.main', type: 'aws_db_instance', change: { actions: ['delete', 'create'] } },
    ],
  };
  /** The plan's resources need these permissions, which the role of the Terraform builds does not have. */
  lacking: LackingPermission[] = [];
  /** The tags of state buckets have this end of their environments. */
  backendEnds = '2026-01-01T00:00:00Z';
  /** The state that a destroy plan reads has this lineage. */
  lineage = 'one';

  /** Empties the account; every service in it succeeds again. */
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

/** Returns an error as a function of the project throws it. */
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
