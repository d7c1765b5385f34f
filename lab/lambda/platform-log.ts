import type { FunctionVersion } from './functions.ts';

export interface Report {
  durationMs: number;
  maxMemoryMb: number;
  /** The member is set on the first invocation of an environment. */
  initMs: number | undefined;
  status: 'success' | 'error' | 'timeout';
  error: { errorType: string; errorMessage: string } | undefined;
  /** The problem is the platform's own message: the function ran out of time, or its process ended. */
  problem: string | undefined;
}

/** The log writes the lines that Lambda itself puts around those of the function, in the function's log format. */
export class PlatformLog {
  readonly #version: FunctionVersion;

  constructor(version: FunctionVersion) {
    this.#version = version;
  }

  initStart(): string[] {
    const { runtime, version } = this.#version;
    if (this.#json) {
      return [this.#record('initStart', { initializationType: 'on-demand', phase: 'init', runtimeVersion: runtime })];
    }
    return [
      `INIT_START Runtime Version: ${runtime.replace('nodejs', 'nodejs:').replace('.x', '')}\tVersion: ${version}`,
    ];
  }

  start(requestId: string): string[] {
    const { version } = this.#version;
    if (this.#json) return [this.#record('start', { requestId, version })];
    return [`START RequestId: ${requestId} Version: ${version}`];
  }

  end(requestId: string, report: Report): string[] {
    const { durationMs, initMs, maxMemoryMb, status, error, problem } = report;
    const { memoryMb } = this.#version;
    const billedMs = Math.ceil(durationMs + (initMs ?? 0));
    if (this.#json) {
      const metrics = {
        durationMs: round(durationMs),
        billedDurationMs: billedMs,
        memorySizeMB: memoryMb,
        maxMemoryUsedMB: maxMemoryMb,
        ...(initMs === undefined ? {} : { initDurationMs: round(initMs) }),
      };
      const failure = error ? { errorType: error.errorType } : {};
      return [this.#record('report', { requestId, metrics, status, ...failure })];
    }
    const fields = [
      `REPORT RequestId: ${requestId}`,
      `Duration: ${durationMs.toFixed(2)} ms`,
      `Billed Duration: ${billedMs} ms`,
      `Memory Size: ${memoryMb} MB`,
      `Max Memory Used: ${maxMemoryMb} MB`,
      ...(initMs === undefined ? [] : [`Init Duration: ${initMs.toFixed(2)} ms`]),
      ...(status === 'success' ? [] : [`Status: ${status}`]),
      ...(problem && error && status !== 'timeout' ? [`Error Type: ${error.errorType}`] : []),
    ];
    const told = problem ? [`${new Date().toISOString()} ${problem.replace(/^RequestId: (\S+) Error: /, '$1 ')}`] : [];
    return [...told, `END RequestId: ${requestId}`, `${fields.join('\t')}\t`];
  }

  get #json(): boolean {
    return this.#version.logFormat === 'JSON';
  }

  #record(type: string, record: Record<string, unknown>): string {
    return JSON.stringify({ time: new Date().toISOString(), type: `platform.${type}`, record });
  }
}

const round = (value: number) => Math.round(value * 1000) / 1000;
