import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { ContainerDefinition, ContainerOverride } from '@aws-sdk/client-ecs';
import type { LabContext } from '../context.ts';
import { awsEnvironment } from '../credentials.ts';
import { networkEnvironment } from '../network/environment.ts';
import { TaskStartError } from './failure.ts';
import type { Image } from './image.ts';

export interface ContainerSpec {
  definition: ContainerDefinition;
  override: ContainerOverride | undefined;
  image: Image;
  /** The architecture is the task's, as in its definition: `X86_64` or `ARM64`. */
  cpuArchitecture: string;
  secrets: Record<string, string>;
  taskRoleArn: string | undefined;
  /** The id is the session name with which the container assumes that role. */
  taskId: string;
  /** The container's temporary files are in this folder. */
  directory: string;
  /** The map is `container port → port on 127.0.0.1`, of the whole task. */
  ports: Record<string, number>;
  metadataUri: string;
}

/** Starts a container: the image's command as a process in a copy of the image's root file system. */
export async function startContainer(context: LabContext, spec: ContainerSpec): Promise<ChildProcess> {
  const root = join(spec.directory, 'rootfs');
  await mkdir(spec.directory, { recursive: true });
  await cp(spec.image.rootfs, root, { recursive: true, verbatimSymlinks: true });
  const cwd = join(root, spec.definition.workingDirectory ?? spec.image.config.workdir);
  await mkdir(cwd, { recursive: true });
  const words = commandLine(spec);
  if (!words[0]) throw cannotStart('no command specified');
  const [command = '', ...args] = runsHere(spec) ? words.map((word) => insideRoot(root, word)) : notRunning(words[0]);

  const child = context.processes.spawn(command, args, {
    cwd,
    env: containerEnvironment(context, spec),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', () => reject(cannotStart(`exec: "${command}": executable file not found in $PATH: unknown`)));
  });
  return child;
}

const ARCHITECTURES: Record<string, string> = { X86_64: 'amd64', ARM64: 'arm64' };

function runsHere({ image, cpuArchitecture }: Pick<ContainerSpec, 'image' | 'cpuArchitecture'>): boolean {
  return image.architecture === undefined || image.architecture === ARCHITECTURES[cpuArchitecture];
}

/**
 * Returns a program that does what a kernel does with a program for another processor: it prints one line in the log,
 * and ends with the exit code 1.
 */
function notRunning(program: string): string[] {
  const code = "console.error('exec ' + process.argv[1] + ': exec format error'); process.exit(1)";
  return [process.execPath, '--eval', code, program];
}

/**
 * Docker's rule applies: an entry point of the task definition drops the image's command, while a command only replaces
 * it.
 */
export function commandLine({ definition, override, image }: Pick<ContainerSpec, 'definition' | 'override' | 'image'>) {
  const entryPoint = definition.entryPoint?.length ? definition.entryPoint : undefined;
  const command = override?.command ?? (definition.command?.length ? definition.command : undefined);
  return [...(entryPoint ?? image.config.entrypoint ?? []), ...(command ?? (entryPoint ? [] : image.config.cmd))];
}

export function containerEnvironment(context: LabContext, spec: ContainerSpec): Record<string, string> {
  const given = { ...spec.image.config.env };
  for (const { name, value } of [...(spec.definition.environment ?? []), ...(spec.override?.environment ?? [])]) {
    if (name) given[name] = value ?? '';
  }
  // The databases of the lab have certificates of the lab's own authority.
  const authority = join(context.directory, 'ca.pem');
  return {
    ...given,
    ...spec.secrets,
    // The image's own PATH names directories that only exist inside the image; `node` is the project's.
    PATH: [join(context.projectRoot, 'node_modules/.bin'), process.env.PATH ?? ''].join(delimiter),
    HOME: spec.directory,
    ...awsEnvironment(
      context.endpoint,
      context.region,
      spec.taskRoleArn ? context.credentials.issue(spec.taskRoleArn, spec.taskId) : 'operator',
    ),
    AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE',
    ECS_CONTAINER_METADATA_URI_V4: spec.metadataUri,
    ...networkEnvironment(context, spec.ports, given.NODE_OPTIONS),
    ...(existsSync(authority) ? { NODE_EXTRA_CA_CERTS: authority } : {}),
  };
}

/** Returns a path of the image, as it is called inside the image, at its place in the scratch copy. */
function insideRoot(root: string, word: string): string {
  return word.startsWith('/') && existsSync(join(root, word)) ? join(root, word) : word;
}

function cannotStart(why: string): TaskStartError {
  return new TaskStartError(
    'CannotStartContainerError',
    `ResponseError: failed to create task for container: OCI runtime create failed: unable to start container process: ${why}`,
  );
}
