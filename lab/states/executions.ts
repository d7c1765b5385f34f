import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { executionAlreadyExists, executionDoesNotExist } from './api/errors.ts';
import type { Arns } from './arns.ts';
import { Execution, type ExecutionHost } from './execution.ts';
import type { Json } from './json.ts';
import type { Revision, StateMachine, Version } from './machines.ts';

/** An execution's name can be used again after this time. */
const NAME_LIFE_MS = 90 * 24 * 3600 * 1000;

export interface StartRequest {
  machine: StateMachine;
  revision: Revision;
  version: Version | undefined;
  name: string | undefined;
  input: Json;
}

export type HostFor = (arn: string, machine: StateMachine, revision: Revision) => ExecutionHost;

/** The executions are all of the account, the oldest first. */
export class Executions {
  readonly #executions = new Map<string, Execution>();
  readonly #arns: Arns;
  readonly #hostFor: HostFor;

  constructor(arns: Arns, hostFor: HostFor) {
    this.#arns = arns;
    this.#hostFor = hostFor;
  }

  /**
   * A start with the same name and input while the execution runs returns that execution.
   * @throws AwsError ExecutionAlreadyExists
   */
  start({ machine, revision, version, name = randomUUID(), input }: StartRequest): Execution {
    const arn = this.#arns.execution(machine.name, name);
    const host = this.#hostFor(arn, machine, revision);
    const existing = this.#executions.get(arn);
    if (existing && host.clock.now() - existing.startedAt < NAME_LIFE_MS) {
      const same = existing.status === 'RUNNING' && isDeepStrictEqual(existing.identity.input, input);
      if (same) return existing;
      throw executionAlreadyExists(arn);
    }
    const versionArn = version && `${machine.arn}:${version.number}`;
    const names = { machineArn: machine.arn, machineName: machine.name, versionArn };
    const execution = new Execution({ arn, name, input, revision, ...names }, host);
    this.#executions.delete(arn);
    this.#executions.set(arn, execution);
    void execution.start();
    return execution;
  }

  /** Adds an iteration of a distributed Map, which its Map Run starts. */
  adopt(execution: Execution): void {
    this.#executions.set(execution.identity.arn, execution);
  }

  /** @throws AwsError ExecutionDoesNotExist */
  require(arn: string): Execution {
    const execution = this.#executions.get(arn);
    if (!execution) throw executionDoesNotExist(arn);
    return execution;
  }

  /** Returns the executions of a machine, the newest first. */
  of(machineArn: string): Execution[] {
    return [...this.#executions.values()].filter(({ identity }) => identity.machineArn === machineArn).reverse();
  }

  /** Returns the iterations of one run of a distributed Map, the newest first. */
  ofMapRun(mapRunArn: string): Execution[] {
    return [...this.#executions.values()].filter(({ identity }) => identity.mapRunArn === mapRunArn).reverse();
  }

  running(machineArn: string): boolean {
    return this.of(machineArn).some(({ status }) => status === 'RUNNING');
  }

  async shutdown(): Promise<void> {
    await Promise.all([...this.#executions.values()].map((execution) => execution.shutdown()));
  }
}
