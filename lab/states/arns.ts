import { invalidArn } from './api/errors.ts';

/** Creates the ARNs of one account and region. */
export class Arns {
  readonly #prefix: (kind: string) => string;

  constructor(region: string, accountId: string) {
    this.#prefix = (kind) => `arn:aws:states:${region}:${accountId}:${kind}`;
  }

  stateMachine(name: string): string {
    return `${this.#prefix('stateMachine')}:${name}`;
  }

  execution(machine: string, name: string): string {
    return `${this.#prefix('execution')}:${machine}:${name}`;
  }

  mapRun(machine: string, label: string, id: string): string {
    return `${this.#prefix('mapRun')}:${machine}/${label}:${id}`;
  }
}

/** @throws AwsError InvalidArn unless it is an ARN of Step Functions of the given kind */
export function requireArn(arn: string, kind: 'stateMachine' | 'execution'): void {
  const [prefix, partition, service, , , type, name] = arn.split(':');
  if (prefix !== 'arn' || !partition) throw invalidArn(`Invalid ARN prefix: ${arn}`);
  if (service !== 'states') throw invalidArn(`Invalid ARN service: ${arn}`);
  if (type !== kind || !name) throw invalidArn(`Resource type not valid in this context: ${type ?? ''}`);
}

/** Returns the machine's own ARN and, where the ARN is qualified, the version's number. */
export function splitVersion(arn: string): { machineArn: string; version: number | undefined } {
  const parts = arn.split(':');
  if (parts.length <= 7) return { machineArn: arn, version: undefined };
  return { machineArn: parts.slice(0, 7).join(':'), version: Number(parts[7]) };
}
