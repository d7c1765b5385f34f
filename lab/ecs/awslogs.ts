import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { ContainerDefinition } from '@aws-sdk/client-ecs';
import type { LabContext } from '../context.ts';
import { LogWriter } from '../logs.ts';
import { TaskStartError } from './failure.ts';
import { asRole } from './role.ts';

/**
 * Opens a log like the awslogs driver: it creates the stream `<prefix>/<container>/<task id>` before the container
 * starts.
 * @returns undefined when the container has no log configuration
 * @throws TaskStartError when the log group does not exist
 */
export async function openLog(
  context: LabContext,
  container: ContainerDefinition,
  taskId: string,
  executionRoleArn: string | undefined,
): Promise<LogWriter | undefined> {
  const configuration = container.logConfiguration;
  if (configuration?.logDriver !== 'awslogs') return undefined;
  const option = (name: string) => configuration.options?.[name] ?? '';
  const prefix = option('awslogs-stream-prefix');
  const writer = new LogWriter({
    client: { ...asRole(context, executionRoleArn, taskId), region: option('awslogs-region') || context.region },
    group: option('awslogs-group'),
    stream: prefix ? `${prefix}/${container.name}/${taskId}` : taskId,
    createGroup: option('awslogs-create-group') === 'true',
    onError: (error) => context.log(`ecs: logs of ${container.name} ${taskId}: ${error.message}`),
  });
  try {
    await writer.create();
    return writer;
  } catch (error) {
    const { name, message } = error as Error;
    throw new TaskStartError(
      'ResourceInitializationError',
      `failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ${name}: ${message} : exit status 1`,
    );
  }
}

/** Sends what a process prints, line by line. */
export function captureOutput(child: ChildProcess, writer: LogWriter | undefined): void {
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    if (writer) createInterface({ input: stream }).on('line', (line) => writer.write(line));
    else stream.resume();
  }
}
