import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onLines } from '../lines.ts';
import type { Processes } from '../processes.ts';

export interface ShellOptions {
  processes: Processes;
  /** The name is `bash` or `sh`, and it is found on PATH. */
  shell: string;
  /** The session's temporary files are in this folder. */
  directory: string;
  /** The first command runs in this folder. */
  cwd: string;
  environment: Record<string, string>;
  onLine(line: string): void;
}

const POLL_MS = 20;
/** A command's output is read to the end, unless a background process keeps it open. */
const DRAIN_MS = 250;

/**
 * The shell runs the commands of one build. Each runs in a shell of its own, and its exports and its working directory
 * carry over to the next, as CodeBuild does it for buildspec 0.2: functions, aliases and shell options do not carry
 * over.
 */
export class Shell {
  readonly #options: ShellOptions;
  readonly #variables: string;
  readonly #cwd: string;
  readonly #sessions = new Set<number>();
  #stopped = false;

  constructor(options: ShellOptions) {
    this.#options = options;
    this.#variables = join(options.directory, 'env.sh');
    this.#cwd = join(options.directory, 'dir.txt');
  }

  async open(): Promise<void> {
    await mkdir(this.#options.directory, { recursive: true });
    await writeFile(this.#variables, '');
    await writeFile(this.#cwd, this.#options.cwd);
    await writeFile(
      join(this.#options.directory, 'session.sh'),
      [
        `cd "$(cat '${this.#cwd}')" || exit`,
        `. '${this.#variables}'`,
        `trap 'codebuild_status=$?; export -p > '"'${this.#variables}'"'; pwd > '"'${this.#cwd}'"'; exit $codebuild_status' EXIT`,
        'set -a',
        `. '${join(this.#options.directory, 'script.sh')}'`,
      ].join('\n'),
    );
  }

  /** @returns the exit status; 128 + n when signal n ended the command */
  async run(command: string): Promise<number> {
    const { processes, shell, directory, environment, onLine } = this.#options;
    await writeFile(join(directory, 'script.sh'), `${command}\n`);
    if (this.#stopped) throw new Error('the build is stopped');
    const child = processes.spawn(shell, [join(directory, 'session.sh')], {
      cwd: this.#options.cwd,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (child.pid !== undefined) this.#sessions.add(child.pid);
    for (const stream of [child.stdout, child.stderr]) if (stream) onLines(stream, onLine);
    return exitStatus(child);
  }

  async set(name: string, value: string): Promise<void> {
    await appendFile(this.#variables, `\nexport ${name}='${value.replaceAll("'", "'\\''")}'\n`);
  }

  /** Returns the values of exported variables; those that are not set are left out. */
  async get(names: readonly string[]): Promise<Record<string, string>> {
    const values: Record<string, string> = {};
    if (names.length === 0) return values;
    const file = join(this.#options.directory, 'exported.txt');
    const print = names.map((name) => `[ -z "\${${name}+x}" ] || printf '%s\\0' "${name}=$${name}"`);
    await this.run(`{\n${print.join('\n')}\n} > '${file}'`);
    for (const pair of (await readFile(file, 'utf8')).split('\0').filter(Boolean)) {
      const at = pair.indexOf('=');
      values[pair.slice(0, at)] = pair.slice(at + 1);
    }
    return values;
  }

  /**
   * Ends everything that the commands started, including what runs in the background or in a process group of its own:
   * SIGTERM to each command's group, SIGKILL to all that is left after the grace period. Resolves when all of it has
   * ended. No command runs afterwards.
   */
  async stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    const { CODEBUILD_BUILD_ID } = this.#options.environment;
    const mark = CODEBUILD_BUILD_ID ? `CODEBUILD_BUILD_ID=${CODEBUILD_BUILD_ID}\0` : undefined;
    await Promise.all([...this.#sessions].map((leader) => endSession(leader, graceMs, mark)));
    this.#sessions.clear();
  }
}

function exitStatus(child: ChildProcess): Promise<number> {
  const drained = Promise.all(
    [child.stdout, child.stderr].map((s) => s && new Promise((done) => s.once('close', done))),
  );
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      const status = code ?? 128 + (signal === 'SIGKILL' ? 9 : 15);
      void Promise.race([drained, sleep(DRAIN_MS)]).then(() => resolve(status));
    });
  });
}

async function endSession(leader: number, graceMs: number, mark?: string): Promise<void> {
  const deadline = Date.now() + graceMs;
  signal(-leader, 'SIGTERM');
  for (;;) {
    const members = await sessionMembers(leader, mark);
    if (members.length === 0) return;
    if (Date.now() >= deadline) for (const pid of members) signal(pid, 'SIGKILL');
    await sleep(POLL_MS);
  }
}

/**
 * Returns the processes of a session, and those that have the mark in their environment, which have begun a session of
 * their own; where there is no /proc, the leader's group as a negative id.
 */
async function sessionMembers(leader: number, mark?: string): Promise<number[]> {
  if (!existsSync('/proc/self/stat')) return signal(-leader, 0) ? [-leader] : [];
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const read = (pid: string, file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
  const members = await Promise.all(
    pids.map(async (pid) => {
      const stat = await read(pid, 'stat');
      // The command's name may have blanks and parentheses: the fields after the last one have none.
      const [state, , , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (!stat || state === 'Z') return [];
      const own = Number(session) === leader || (mark && `${await read(pid, 'environ')}\0`.includes(mark));
      return own ? [Number(pid)] : [];
    }),
  );
  return members.flat();
}

/** @returns true when there was a process to signal */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
