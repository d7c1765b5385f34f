import { describeDone, describeSlowest, type StateProgress } from './build-progress.ts';
import { clip, duration, machineLabel, type Paint, stateLabel } from './format.ts';
import type { Progress } from './terraform-progress.ts';
import type { TimelineEvent } from './timeline-event.ts';

const keyOf = ({ execution, state }: TimelineEvent): string => `${execution.arn} ${state?.id}`;

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** The tree contains the states that are open at this moment, nested in the order of their execution. */
export class ProgressTree {
  readonly #open = new Map<string, TimelineEvent>();
  readonly #depths = new Map<string, number>();
  readonly #progress = new Map<string, Progress>();

  apply(event: TimelineEvent): void {
    const { execution, state, status, child } = event;
    if (!state) {
      if (event.end)
        for (const [key, open] of this.#open) if (open.execution.arn === execution.arn) this.#open.delete(key);
      return;
    }
    if (child) this.#depths.set(child, this.#depth(event) + 1);
    const key = keyOf(event);
    if (status === 'succeeded' || status === 'failed') this.#open.delete(key);
    else this.#open.set(key, { ...this.#open.get(key), ...event });
  }

  /** Sets the progress of the builds that states wait for. */
  progress(states: readonly StateProgress[]): void {
    this.#progress.clear();
    for (const { event, progress } of states) this.#progress.set(keyOf(event), progress);
  }

  /** @param maxLines the number of lines on the screen */
  lines(now: Date, maxLines: number, width: number, paint: Paint): string[] {
    const frame = SPINNER[Math.floor(now.getTime() / 100) % SPINNER.length] ?? '';
    const all = this.#inOrder().flatMap((event) => {
      const { execution, at, durationMs, attempt, detail } = event;
      // The clocks of this machine and of AWS differ a little.
      const running = duration(Math.max(0, now.getTime() - at.getTime() + durationMs));
      const left = `${'  '.repeat(this.#depth(event))}${machineLabel(execution.machine)}  ${stateLabel(event)}`;
      const words = [attempt ? `attempt ${attempt + 1}` : '', detail ?? ''].filter(Boolean).join(': ');
      const room = Math.max(0, width - left.length - running.length - 8);
      const head = `${paint('cyan', frame)} ${left}  ${paint('dim', running)}${words && room > 8 ? `  ${paint('dim', clip(words, room))}` : ''}`;
      const indent = ' '.repeat(4 + 2 * this.#depth(event));
      return [
        head,
        ...this.#below(event, now).map((line) => paint('dim', clip(line, Math.max(8, width - indent.length)))),
      ].map((line, index) => (index === 0 ? line : `${indent}${line}`));
    });
    if (all.length <= maxLines) return all;
    const shown = Math.max(0, maxLines - 1);
    return [...all.slice(0, shown), paint('dim', `  and ${all.length - shown} more`)];
  }

  #below(event: TimelineEvent, now: Date): string[] {
    const progress = this.#progress.get(keyOf(event));
    if (!progress) return [];
    return [describeDone(progress), ...describeSlowest(progress, now.getTime())].filter(Boolean);
  }

  #depth({ execution, state }: TimelineEvent): number {
    return (this.#depths.get(execution.arn) ?? 0) + (state?.within.length ?? 0);
  }

  /** Returns each state below its enclosing state, and a nested execution below the state that waits for it. */
  #inOrder(): TimelineEvent[] {
    const all = [...this.#open.values()];
    const below = (arn: string, parent: number | undefined): TimelineEvent[] =>
      all
        .filter(({ execution, state }) => execution.arn === arn && state?.within.at(-1)?.id === parent)
        .flatMap((event) => [
          event,
          ...below(arn, event.state?.id),
          ...(event.child ? below(event.child, undefined) : []),
        ]);
    const children = new Set(all.flatMap(({ child }) => child ?? []));
    const roots = new Set(all.map(({ execution }) => execution.arn).filter((arn) => !children.has(arn)));
    return [...roots].flatMap((arn) => below(arn, undefined));
  }
}
