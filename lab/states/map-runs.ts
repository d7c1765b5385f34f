import { randomUUID } from 'node:crypto';
import { mapRunDoesNotExist } from './api/errors.ts';
import type { Arns } from './arns.ts';
import { StateError } from './errors.ts';
import { Execution, type ExecutionHost } from './execution.ts';
import type { Executions } from './executions.ts';
import type { MapRun, MapRunSettings } from './interpreter/run.ts';
import type { Scope } from './interpreter/scope.ts';
import type { Json } from './json.ts';

/** The class has every run of a distributed Map in the account, the oldest first. */
export class MapRuns {
  readonly #runs = new Map<string, DistributedRun>();
  readonly #arns: Arns;
  readonly #executions: Executions;

  constructor(arns: Arns, executions: Executions) {
    this.#arns = arns;
    this.#executions = executions;
  }

  /** @param hostOf returns the host of an iteration, by its ARN */
  start(parent: Execution, settings: MapRunSettings, hostOf: (arn: string) => ExecutionHost): DistributedRun {
    const { machineName } = parent.identity;
    const arn = this.#arns.mapRun(machineName, settings.label, randomUUID());
    const childArn = (name: string) => this.#arns.execution(`${machineName}/${settings.label}`, name);
    const run = new DistributedRun(arn, parent, settings, (name, scope) => {
      const child = childOf(parent, { arn: childArn(name), name, mapRunArn: arn, settings }, hostOf, scope);
      this.#executions.adopt(child);
      return child;
    });
    this.#runs.set(arn, run);
    return run;
  }

  /** Returns the runs of an execution, the newest first. */
  of(executionArn: string): DistributedRun[] {
    return [...this.#runs.values()].filter(({ parent }) => parent.identity.arn === executionArn).reverse();
  }

  /** @throws AwsError ResourceNotFound */
  require(arn: string): DistributedRun {
    const run = this.#runs.get(arn);
    if (!run) throw mapRunDoesNotExist(arn);
    return run;
  }
}

/**
 * The class is one run of a distributed Map: its iterations are executions of the machine, qualified by the label of
 * the state.
 */
export class DistributedRun implements MapRun {
  readonly arn: string;
  readonly parent: Execution;
  readonly settings: MapRunSettings;
  readonly startedAt = Date.now();
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED' = 'RUNNING';
  stoppedAt: number | undefined;
  redriveCount = 0;
  redrivenAt: number | undefined;
  readonly #children = new Map<Scope, Execution>();
  readonly #create: (name: string, scope: Scope) => Execution;

  constructor(
    arn: string,
    parent: Execution,
    settings: MapRunSettings,
    create: (name: string, scope: Scope) => Execution,
  ) {
    this.arn = arn;
    this.parent = parent;
    this.settings = settings;
    this.#create = create;
  }

  get children(): Execution[] {
    return [...this.#children.values()];
  }

  redrive(): void {
    this.redriveCount += 1;
    this.redrivenAt = Date.now();
    this.status = 'RUNNING';
    this.stoppedAt = undefined;
  }

  async iterate(scope: Scope, signal: AbortSignal): Promise<Json> {
    const known = this.#children.get(scope);
    const child = known ?? this.#create(randomUUID(), scope);
    this.#children.set(scope, child);
    const stop = () => child.stop(undefined, undefined);
    signal.addEventListener('abort', stop, { once: true });
    try {
      if (known) await child.redrive();
      else void child.start();
      await child.settled();
    } finally {
      signal.removeEventListener('abort', stop);
    }
    signal.throwIfAborted();
    if (child.status === 'SUCCEEDED') return child.output ?? null;
    throw child.failure ?? new StateError('States.TaskFailed', undefined);
  }

  end(status: 'SUCCEEDED' | 'FAILED' | 'ABORTED'): void {
    this.status = status;
    this.stoppedAt = Date.now();
  }
}

function childOf(
  parent: Execution,
  child: { arn: string; name: string; mapRunArn: string; settings: MapRunSettings },
  hostOf: (arn: string) => ExecutionHost,
  scope: Scope,
): Execution {
  const { identity } = parent;
  const { arn, name, mapRunArn, settings } = child;
  const machineArn = `${identity.machineArn}/${settings.label}`;
  const machineName = `${identity.machineName}/${settings.label}`;
  // The limit in time is the machine's; an iteration has none of its own.
  const parsed = { ...scope.list, QueryLanguage: 'JSONata' as const };
  const revision = { ...identity.revision, parsed };
  // A listener for executions expects the events of the execution that the iterations belong to.
  const host = { ...hostOf(arn), statusChanged: () => {} };
  const itself = { arn, name, machineArn, machineName, mapRunArn, versionArn: undefined, revision, input: scope.input };
  return new Execution(itself, host, scope);
}
