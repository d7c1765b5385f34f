import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import {
  revisionConflict,
  stateMachineAlreadyExists,
  stateMachineDeleting,
  stateMachineDoesNotExist,
} from './api/errors.ts';
import { splitVersion } from './arns.ts';
import type { Clock } from './clock.ts';
import type { Definition } from './definition/types.ts';
import { parseDefinition } from './definition/validate.ts';

export interface Logging {
  level?: 'ALL' | 'ERROR' | 'FATAL' | 'OFF' | undefined;
  includeExecutionData?: boolean | undefined;
  destinations?: { cloudWatchLogsLogGroup?: { logGroupArn?: string | undefined } | undefined }[] | undefined;
}

/** Returns `/vendedlogs/states/m` of `arn:aws:logs:…:log-group:/vendedlogs/states/m:*`. */
export const logGroupOf = (arn: string): string => arn.split(':')[6] ?? '';

export interface Encryption {
  type: 'AWS_OWNED_KEY' | 'CUSTOMER_MANAGED_KMS_KEY';
  kmsKeyId?: string | undefined;
  kmsDataKeyReusePeriodSeconds?: number | undefined;
}

/** An execution copies these values from its machine when it starts, and keeps them. */
export interface Revision {
  readonly definition: string;
  readonly parsed: Definition;
  readonly roleArn: string;
  readonly revisionId: string | undefined;
  readonly updatedAt: number;
  readonly logging: Logging;
  readonly tracing: { enabled: boolean };
  readonly encryption: Encryption;
}

export interface StateMachine {
  readonly arn: string;
  readonly name: string;
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly createdAt: number;
  readonly tags: Map<string, string>;
  readonly versions: Version[];
  status: 'ACTIVE' | 'DELETING';
  current: Revision;
}

export interface Version {
  readonly number: number;
  readonly description: string | undefined;
  readonly createdAt: number;
  readonly revision: Revision;
}

export interface Specification {
  definition: string;
  roleArn: string;
  logging?: Logging | undefined;
  tracing?: { enabled?: boolean | undefined } | undefined;
  encryption?: Encryption | undefined;
}

/** The class has every state machine of the account. */
export class StateMachines {
  readonly #machines = new Map<string, StateMachine>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A second creation of the same machine returns the existing one; role and tags are not compared, as on AWS. */
  create(arn: string, name: string, type: StateMachine['type'], specification: Specification): StateMachine {
    const revision = this.#revision(specification, undefined);
    const existing = this.#machines.get(arn);
    if (existing) {
      if (existing.status === 'DELETING') throw stateMachineDeleting(arn);
      if (existing.type === type && sameBehaviour(existing.current, revision)) return existing;
      throw stateMachineAlreadyExists(arn);
    }
    const createdAt = revision.updatedAt;
    const machine: StateMachine = {
      ...{ arn, name, type, createdAt, status: 'ACTIVE', current: revision },
      ...{ tags: new Map(), versions: [] },
    };
    this.#machines.set(arn, machine);
    return machine;
  }

  /** An update that changes nothing creates no revision. A version cannot be updated: for AWS it is not a machine. */
  update(arn: string, changes: Partial<Specification>): StateMachine {
    const machine = this.#machines.get(arn);
    if (!machine) throw stateMachineDoesNotExist(arn);
    if (machine.status === 'DELETING') throw stateMachineDeleting(arn);
    const { current } = machine;
    const { definition, roleArn, logging, tracing, encryption } = current;
    const merged = {
      definition: changes.definition ?? definition,
      roleArn: changes.roleArn ?? roleArn,
      logging: changes.logging ?? logging,
      tracing: changes.tracing ?? tracing,
      encryption: changes.encryption ?? encryption,
    };
    const revision = this.#revision(merged, randomUUID());
    const same = sameBehaviour(current, revision) && current.roleArn === revision.roleArn;
    machine.current = same ? { ...current, updatedAt: revision.updatedAt } : revision;
    return machine;
  }

  /** @param revisionId the revision that the caller means; any where it is undefined */
  publish(arn: string, description: string | undefined, revisionId?: string): Version {
    const machine = this.require(arn);
    const current = machine.current.revisionId;
    if (revisionId !== undefined && revisionId !== (current ?? 'INITIAL')) throw revisionConflict(revisionId, current);
    const latest = machine.versions.at(-1);
    if (latest && latest.revision.revisionId === machine.current.revisionId) return latest;
    const number = (latest?.number ?? 0) + 1;
    const version = { number, description, createdAt: this.#clock.now() / 1000, revision: machine.current };
    machine.versions.push(version);
    return version;
  }

  /** @throws AwsError StateMachineDoesNotExist */
  require(arn: string): StateMachine {
    const machine = this.#machines.get(splitVersion(arn).machineArn);
    if (!machine) throw stateMachineDoesNotExist(arn);
    return machine;
  }

  /** Returns the machine behind an ARN that may name a version, and what it runs. */
  requireRevision(arn: string): { machine: StateMachine; revision: Revision; version: Version | undefined } {
    const machine = this.require(arn);
    const { version: number } = splitVersion(arn);
    if (number === undefined) return { machine, revision: machine.current, version: undefined };
    const version = machine.versions.find((candidate) => candidate.number === number);
    if (!version) throw stateMachineDoesNotExist(arn);
    return { machine, revision: version.revision, version };
  }

  find(arn: string): StateMachine | undefined {
    return this.#machines.get(arn);
  }

  list(): StateMachine[] {
    return [...this.#machines.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  remove(arn: string): void {
    this.#machines.delete(arn);
  }

  #revision(from: Specification, revisionId: string | undefined): Revision {
    return {
      definition: from.definition,
      parsed: parseDefinition(from.definition),
      roleArn: from.roleArn,
      revisionId,
      updatedAt: this.#clock.now() / 1000,
      logging: { level: 'OFF', includeExecutionData: false, ...from.logging },
      tracing: { enabled: from.tracing?.enabled ?? false },
      encryption: from.encryption ?? { type: 'AWS_OWNED_KEY' },
    };
  }
}

function sameBehaviour(a: Revision, b: Revision): boolean {
  const settings = ({ logging, tracing, encryption }: Revision) => [logging, tracing, encryption];
  return a.definition === b.definition && isDeepStrictEqual(settings(a), settings(b));
}
