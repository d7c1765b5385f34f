import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerDefinition } from '@aws-sdk/client-ecs';
import { AwsError } from '../service.ts';
import type { LabContainer } from './lab-container.ts';

const POLL_MS = 20;

/**
 * Refuses what RegisterTaskDefinition refuses of `dependsOn`, and containers that are larger than their task. AWS
 * documents the rules with ContainerDependency and TaskDefinition, but not the words of the refusal.
 * @throws AwsError
 */
export function checkContainers(definitions: readonly ContainerDefinition[], cpu?: string, memory?: string): void {
  const refuse = (message: string) => new AwsError('ClientException', message);
  if (definitions.length > 0 && definitions.every(({ essential }) => essential === false)) {
    throw refuse('At least one container must be essential.');
  }
  for (const { name, dependsOn = [] } of definitions) {
    for (const { containerName, condition } of dependsOn) {
      const other = definitions.find((one) => one.name === containerName);
      if (!other) throw refuse(`Container ${name} depends on ${containerName}, which is not in the task definition.`);
      if ((condition === 'COMPLETE' || condition === 'SUCCESS') && other.essential !== false) {
        throw refuse(`Container ${name} depends on the exit of ${containerName}, which is essential.`);
      }
      if (condition === 'HEALTHY' && !other.healthCheck) {
        throw refuse(`Container ${name} depends on the health of ${containerName}, which has no health check.`);
      }
    }
    if (dependsOnItself(name, definitions)) throw refuse(`The dependencies of container ${name} form a cycle.`);
  }
  const sum = (size: 'cpu' | 'memory') => definitions.reduce((total, one) => total + (one[size] ?? 0), 0);
  if (cpu && sum('cpu') > Number(cpu)) throw refuse('The containers have more CPU units than their task.');
  if (memory && sum('memory') > Number(memory)) throw refuse('The containers have more memory than their task.');
}

function dependsOnItself(name: string | undefined, definitions: readonly ContainerDefinition[]): boolean {
  const reached = new Set<string | undefined>();
  const next = [name];
  for (let one = next.pop(); one !== undefined; one = next.pop()) {
    for (const { containerName } of definitions.find((definition) => definition.name === one)?.dependsOn ?? []) {
      if (containerName === name) return true;
      if (!reached.has(containerName)) next.push(containerName);
      reached.add(containerName);
    }
  }
  return false;
}

/**
 * Starts each container once its dependencies have reached the state that it requires. The agent sets no time limit as
 * long as a dependency has no `startTimeout` (amazon-ecs-agent, dependencygraph).
 * @throws Error when a dependency cannot reach that state any more
 */
export async function startInOrder(
  containers: readonly LabContainer[],
  start: (container: LabContainer) => Promise<void>,
  isStopped: () => boolean,
): Promise<void> {
  const started = new Map<LabContainer, Promise<void>>();
  const bringUp = (container: LabContainer): Promise<void> => {
    const known = started.get(container) ?? after(container);
    started.set(container, known);
    return known;
  };
  const after = async (container: LabContainer) => {
    for (const { containerName, condition } of container.definition.dependsOn ?? []) {
      const other = containers.find(({ definition }) => definition.name === containerName);
      if (!other) continue;
      await bringUp(other);
      while (!isStopped() && !hasReached(other, condition)) {
        if (canReach(other, condition)) {
          await sleep(POLL_MS);
          continue;
        }
        container.record.reason = `dependency graph: failed to resolve container ordering dependency [${containerName}] for target [${container.definition.name}] as dependency did not exit successfully.`;
        throw new Error('Task failed to start');
      }
    }
    if (!isStopped()) await start(container);
  };
  await Promise.all(containers.map(bringUp));
}

function hasReached({ record }: LabContainer, condition: string | undefined): boolean {
  switch (condition) {
    case 'COMPLETE':
      return record.lastStatus === 'STOPPED';
    case 'SUCCESS':
      return record.lastStatus === 'STOPPED' && record.exitCode === 0;
    case 'HEALTHY':
      return record.healthStatus === 'HEALTHY';
    default:
      return true;
  }
}

const canReach = ({ record }: LabContainer, condition: string | undefined) =>
  record.lastStatus !== 'STOPPED' || condition === 'COMPLETE';
