import * as z from 'zod';
import type { ExecutionEnd, TimelineEvent } from '../../cli/timeline-event.ts';

/** The record describes a life on AWS or in the lab, in the same words. */

const stateRecord = z.object({
  /**
   * The path has the machine, the enclosing states and the state's own name, with slashes: `validate/Run checks/Check
   * backend`.
   */
  path: z.string(),
  /** The last visit of the state ended in this way. */
  outcome: z.enum(['succeeded', 'failed', 'caught']),
  visits: z.number(),
  /** The longest visit of the state took this time. */
  seconds: z.number(),
});
const stepRecord = z.object({
  machine: z.string(),
  status: z.string(),
  error: z.string().optional(),
  seconds: z.number(),
  checks: z.array(z.object({ check: z.string(), status: z.string() })),
  verdict: z.string().optional(),
  states: z.array(stateRecord),
});
/** A role of the runbook or of the environment was denied this call. */
const denied = z.object({ role: z.string(), action: z.string(), message: z.string() });

export const lifeRecord = z.object({
  where: z.enum(['aws', 'lab']),
  at: z.string(),
  steps: z.array(stepRecord),
  denied: z.array(denied),
});
export type LifeRecord = z.output<typeof lifeRecord>;
export type StepRecord = z.output<typeof stepRecord>;
export type StateRecord = z.output<typeof stateRecord>;
export type Denied = z.output<typeof denied>;

/** The class collects the events of an execution, and of those that it waits for. */
export class StepRecorder {
  readonly #startedAt = Date.now();
  readonly #states = new Map<string, StateRecord>();

  event({ execution, state, status, durationMs, caught }: TimelineEvent): void {
    if (!state || (status !== 'succeeded' && status !== 'failed')) return;
    const machine = execution.machine.replace(/^runbook-/, '');
    const path = [machine, ...state.within.map(({ name }) => name), state.name].join('/');
    const before = this.#states.get(path);
    this.#states.set(path, {
      path,
      outcome: caught ? 'caught' : status,
      visits: (before?.visits ?? 0) + 1,
      seconds: Math.max(before?.seconds ?? 0, tenths(durationMs)),
    });
  }

  /** @param end the end of the execution; undefined when nobody could follow it */
  step(machine: string, end: ExecutionEnd | undefined): StepRecord {
    const checks = [...(end?.checks ?? [])].map(({ check, status }) => ({ check, status }));
    return {
      machine,
      status: end?.status ?? 'UNKNOWN',
      ...(end?.error ? { error: end.error } : {}),
      seconds: tenths(Date.now() - this.#startedAt),
      checks: checks.sort((a, b) => a.check.localeCompare(b.check)),
      ...(end?.sweep ? { verdict: end.sweep.verdict } : {}),
      states: [...this.#states.values()].sort((a, b) => a.path.localeCompare(b.path)),
    };
  }
}

const tenths = (ms: number) => Math.round(ms / 100) / 10;
