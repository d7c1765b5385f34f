import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { LabContext } from '../context.ts';
import { awsEnvironment } from '../credentials.ts';
import { onLines } from '../lines.ts';
import { LogWriter } from '../logs.ts';
import { networkEnvironment } from '../network/environment.ts';
import { signalGroup } from '../processes.ts';
import { configFor } from '../targets.ts';
import { type Ending, type RuntimeMessage, resultOf } from './ending.ts';
import type { FunctionVersion } from './functions.ts';
import { PlatformLog } from './platform-log.ts';

export interface Invocation {
  requestId: string;
  /** The event is JSON text. */
  event: string;
  clientContext?: unknown;
}

export interface Outcome {
  /** The payload is JSON text. */
  payload: string;
  functionError?: 'Unhandled';
  /** The log has everything that the invocation logged. */
  log: string;
}

const RUNTIME = resolve(import.meta.dirname, 'runtime/runtime.mjs');
/** The limit is Lambda's own for loading the code, on top of the function's timeout. */
const INIT_TIMEOUT_MS = 10_000;
/** A process that has ended may have left a child that still holds its output open; the wait for that one ends here. */
const DRAIN_MS = 250;

/**
 * An environment is one process. It runs one invocation of one function version at a time, and keeps what it has
 * loaded.
 */
export class ExecutionEnvironment {
  readonly version: FunctionVersion;
  readonly #context: LabContext;
  readonly #logs: LogWriter;
  readonly #platform: PlatformLog;
  readonly #directory: string;
  readonly #logStream: string;
  #child: ChildProcess | undefined;
  #initMs: number | undefined;
  #lines: string[] = [];
  #settle: ((ending: Ending) => void) | undefined;
  #exited: Ending | undefined;
  #drained: Promise<void>[] = [];
  #marks: { id: string; done: () => void }[] = [];

  constructor(context: LabContext, version: FunctionVersion) {
    this.version = version;
    this.#context = context;
    const id = randomBytes(16).toString('hex');
    const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
    this.#logStream = `${day}/[${version.version}]${id}`;
    this.#directory = join(context.directory, 'lambda', 'environments', id);
    this.#platform = new PlatformLog(version);
    this.#logs = new LogWriter({
      client: configFor(context, version.role, version.name),
      group: version.logGroup,
      stream: this.#logStream,
      createGroup: true,
      onError: (error) => context.log(`lambda ${version.name}: logs: ${error.message}`),
    });
  }

  /** The value is true when the environment can take another invocation. */
  get alive(): boolean {
    return !this.#exited;
  }

  async invoke(invocation: Invocation): Promise<Outcome> {
    const { timeoutSeconds, arn } = this.version;
    const failedInit = this.#child ? undefined : await this.#start(invocation.requestId);
    if (failedInit) return this.#outcome(invocation.requestId, failedInit, performance.now());

    this.#write(this.#platform.start(invocation.requestId));
    const started = performance.now();
    const ending = this.#ending(invocation.requestId, timeoutSeconds * 1000);
    const traceId = `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;
    const deadline = Date.now() + timeoutSeconds * 1000;
    // A process that died while idle rejects the message; its exit is then the ending.
    this.#child?.send({ ...invocation, deadline, traceId, functionArn: arn }, () => {});
    return this.#outcome(invocation.requestId, await ending, started);
  }

  async end(): Promise<void> {
    if (this.#child) await this.#context.processes.end(this.#child, 500);
    await this.#logs.flush();
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** @returns the failure of loading the code, or undefined when the environment is ready */
  async #start(requestId: string): Promise<Ending | undefined> {
    await mkdir(this.#directory, { recursive: true });
    this.#write(this.#platform.initStart());
    const started = performance.now();
    const child = this.#context.processes.spawn(process.execPath, [RUNTIME], {
      cwd: this.version.codeDirectory,
      env: this.#environment(),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      onLines(stream, (line) => this.#line(line));
      this.#drained.push(new Promise((done) => stream.once('close', done)));
    }
    child.on('message', (message: RuntimeMessage) => this.#settle?.({ type: 'message', message }));
    child.once('error', (error) => this.#context.log(`lambda ${this.version.name}: ${error.message}`));
    child.once('exit', (code, signal) => {
      this.#exited = { type: 'exit', code, signal };
      this.#settle?.(this.#exited);
    });
    const ending = await this.#ending('init', INIT_TIMEOUT_MS + this.version.timeoutSeconds * 1000);
    if (ending.type === 'message' && ending.message.type === 'ready') {
      this.#initMs = performance.now() - started;
      return undefined;
    }
    this.#write(this.#platform.start(requestId));
    return ending;
  }

  #environment(): Record<string, string> {
    const { variables, name, version, memoryMb, logGroup, logFormat, role, runtime, handler } = this.version;
    const context = this.#context;
    return {
      PATH: process.env.PATH ?? '',
      LANG: 'en_US.UTF-8',
      TZ: ':UTC',
      TMPDIR: this.#directory,
      ...variables,
      ...awsEnvironment(context.endpoint, context.region, context.credentials.issue(role, name)),
      ...networkEnvironment(context, {}, variables.NODE_OPTIONS),
      _HANDLER: handler,
      AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}`,
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_LAMBDA_FUNCTION_VERSION: version,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: logGroup,
      AWS_LAMBDA_LOG_STREAM_NAME: this.#logStream,
      AWS_LAMBDA_LOG_FORMAT: logFormat,
      LAMBDA_TASK_ROOT: this.version.codeDirectory,
      LAMBDA_RUNTIME_DIR: resolve(RUNTIME, '..'),
    };
  }

  /** Waits for the runtime's answer (with all that was printed before it), its end, or the end of its time. */
  async #ending(id: string, timeoutMs: number): Promise<Ending> {
    const marked = Promise.all(this.#drained.map(() => new Promise<void>((done) => this.#marks.push({ id, done }))));
    const ending = await new Promise<Ending>((done) => {
      const timer = setTimeout(() => done({ type: 'timeout' }), timeoutMs);
      this.#settle = (value) => {
        clearTimeout(timer);
        done(value);
      };
      if (this.#exited) this.#settle(this.#exited);
    });
    this.#settle = undefined;
    const crashed = ending.type === 'message' && ending.message.type === 'crash';
    if (ending.type === 'message' && !crashed) await marked;
    else await this.#ended();
    this.#marks = [];
    return ending;
  }

  async #ended(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    if (!this.#exited) {
      const gone = new Promise((done) => child.once('exit', done));
      signalGroup(child, 'SIGKILL');
      await gone;
    }
    await Promise.race([Promise.all(this.#drained), new Promise((done) => setTimeout(done, DRAIN_MS))]);
  }

  #line(line: string): void {
    // The mark follows the function's output, which need not end with a line break.
    const [text = '', id] = line.split('\0');
    if (id === undefined || text !== '') this.#write([text]);
    const mark = this.#marks.findIndex((waiting) => waiting.id === id);
    if (mark >= 0) for (const { done } of this.#marks.splice(mark, 1)) done();
  }

  #write(lines: string[]): void {
    for (const line of lines) {
      this.#lines.push(line);
      this.#logs.write(line);
    }
  }

  #outcome(requestId: string, ending: Ending, started: number): Outcome {
    const durationMs = performance.now() - started;
    const result = resultOf(ending, requestId, this.version.timeoutSeconds);
    const error = 'error' in result ? result.error : undefined;
    const maxMemoryMb = ending.type === 'message' ? ending.message.maxMemoryMb : this.version.memoryMb;
    this.#write(
      this.#platform.end(requestId, {
        durationMs,
        maxMemoryMb,
        initMs: this.#initMs,
        status: ending.type === 'timeout' ? 'timeout' : error ? 'error' : 'success',
        error,
        problem: ending.type === 'message' ? undefined : error?.errorMessage,
      }),
    );
    this.#initMs = undefined;
    const log = this.#lines.map((line) => `${line}\n`).join('');
    this.#lines = [];
    void this.#logs.flush();
    if ('error' in result) return { payload: JSON.stringify(error), functionError: 'Unhandled', log };
    return { payload: result.payload, log };
  }
}
