import { spawn } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { inside } from './copy.ts';
import type { Step } from './dockerfile.ts';
import { DockerfileError } from './dockerfile-error.ts';

export interface RunOptions {
  root: string;
  workdir: string;
  /** The variables are those of the stage: ENV and ARG. */
  variables: Record<string, string>;
  /** The root is that of the checkout, whose node_modules stand for every package installation. */
  project: string;
  print(line: string): void;
}

/** The expression matches the installation of Node packages: the checkout has them already. */
const NODE_INSTALL = /^(npm (ci|i|install)|pnpm (i|install)|yarn( install)?)\b(?!.*(\s-g\b|--global))/;
/**
 * The expression matches commands that change the operating system of an image. There is none here, and the machine's
 * own is not touched.
 */
const SYSTEM =
  /^(apt-get|apt|apk|yum|dnf|microdnf|(npm (i|install) .*(-g\b|--global))|corepack|(add|del)(user|group)|user(add|mod|del)|group(add|mod|del)|chown|chgrp|update-ca-certificates)\b/;

/** Commands may read these paths on the machine itself. */
const MACHINE_PATHS = /^\/(dev|proc)(\/|$)/;

/** Executes RUN in the stage's working directory; absolute paths are those of the stage. */
export async function run(step: Step, options: RunOptions): Promise<void> {
  const { root, workdir, print } = options;
  const cwd = inside(root, workdir);
  await mkdir(cwd, { recursive: true });
  const command = step.heredoc ?? step.exec?.map(quote).join(' ') ?? step.text;
  const rest: string[] = [];
  for (const part of parts(command)) {
    if (NODE_INSTALL.test(part)) {
      print(`${part}: satisfied by the checkout's node_modules`);
      await symlink(join(options.project, 'node_modules'), join(cwd, 'node_modules')).catch(ignoreExisting);
    } else if (SYSTEM.test(part)) print(`${part}: nothing to do here`);
    else rest.push(part);
  }
  if (rest.length === 0) return;
  const status = await execute(rest.map((part) => mapPaths(part, root)).join(' && '), cwd, options);
  if (status === 0) return;
  throw new DockerfileError(`process "/bin/sh -c ${command}" did not complete successfully: exit code: ${status}`);
}

/** A chain is taken apart only where a part of it is not really run: a shell parses it better than this code. */
function parts(command: string): string[] {
  const split = command
    .split(/&&|;|\n/)
    .map((part) => part.trim())
    .filter(Boolean);
  return split.some((part) => NODE_INSTALL.test(part) || SYSTEM.test(part)) ? split : [command];
}

function mapPaths(command: string, root: string): string {
  return command.replace(/(^|[\s=:'"(<>])(\/[\w.@/+-]*)/g, (match, before: string, path: string) =>
    MACHINE_PATHS.test(path) ? match : `${before}${join(root, path)}`,
  );
}

function execute(command: string, cwd: string, { root, variables, print }: RunOptions): Promise<number> {
  const path = [dirname(process.execPath), process.env.PATH].filter(Boolean).join(delimiter);
  const child = spawn('sh', ['-e', '-c', command], {
    cwd,
    env: { ...variables, PATH: path, HOME: join(root, 'root'), TMPDIR: process.env.TMPDIR },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.trimEnd().split('\n')) print(line);
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 137));
  });
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
