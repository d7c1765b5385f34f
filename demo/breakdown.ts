import type { TimelineEvent } from '../cli/timeline-event.ts';

export const PHASES = [
  'lab start',
  'deploy',
  'terraform',
  'images',
  'validation',
  'destroy',
  'sweep',
  'the rest',
] as const;
export type Phase = (typeof PHASES)[number];

/**
 * The keys are states of the machines. The values are the phases that their time counts to. The time of all other
 * states is "the rest".
 */
const PHASE_OF_STATE: Readonly<Record<string, Phase>> = {
  'Bootstrap backend': 'terraform',
  'Plan and apply': 'terraform',
  'Plan stack': 'terraform',
  'Apply plan': 'terraform',
  'Plan rollout': 'terraform',
  'Apply rollout': 'terraform',
  'Publish images': 'images',
  'Validate environment': 'validation',
  'Plan destroy': 'destroy',
  'Destroy stack': 'destroy',
  'Empty state bucket': 'destroy',
  'Destroy backend': 'destroy',
  'Remove unmanaged resources': 'destroy',
  'Remove what is left': 'destroy',
  'Sweep for leftovers': 'sweep',
};

/** The class sums the time of a life by phase, in milliseconds. */
export class Breakdown {
  readonly #spent = new Map<Phase, number>();
  readonly #startedAt: number;

  constructor(startedAt: number) {
    this.#startedAt = startedAt;
  }

  add(phase: Phase, ms: number): void {
    this.#spent.set(phase, (this.#spent.get(phase) ?? 0) + ms);
  }

  /**
   * Counts the states of the executions that were started directly. Nested executions are part of the state that waits
   * for them.
   */
  event({ state, status, durationMs }: TimelineEvent): void {
    const phase = state ? PHASE_OF_STATE[state.name] : undefined;
    if (phase && (status === 'succeeded' || status === 'failed')) this.add(phase, durationMs);
  }

  /** Returns the times of the phases. `the rest` is the time that belongs to no phase. */
  total(now: number): { phases: [Phase, number][]; totalMs: number } {
    const totalMs = now - this.#startedAt;
    const known = [...this.#spent.values()].reduce((sum, ms) => sum + ms, 0);
    const spent = new Map(this.#spent).set('the rest', Math.max(0, totalMs - known));
    return { phases: PHASES.flatMap((phase) => (spent.has(phase) ? [[phase, spent.get(phase) ?? 0]] : [])), totalMs };
  }
}

/** Returns one line for each phase, with a bar for its share. */
export function formatBreakdown({ phases, totalMs }: ReturnType<Breakdown['total']>): string[] {
  const width = Math.max(...PHASES.map((phase) => phase.length));
  const line = (name: string, ms: number) => `${name.padEnd(width)}  ${(ms / 1000).toFixed(1).padStart(6)} s`;
  return [
    ...phases.map(([phase, ms]) =>
      `${line(phase, ms)}  ${'█'.repeat(Math.round((30 * ms) / Math.max(1, totalMs)))}`.trimEnd(),
    ),
    line('in all', totalMs),
  ];
}
