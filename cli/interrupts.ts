/** Two signals within this time, in milliseconds, are one interruption. */
const ONE_MS = 1_000;

/**
 * Calls `stop` at the first interruption of this process, and `giveUp` at each later one. Ctrl-C can arrive twice: the
 * terminal sends it to npm and to its program, and npm sends it to its program again.
 * @param source emits the signals
 */
export function onInterruption(
  signals: readonly NodeJS.Signals[],
  { stop, giveUp }: Readonly<Record<'stop' | 'giveUp', () => void>>,
  source: Pick<NodeJS.EventEmitter, 'on'> = process,
): void {
  let first: number | undefined;
  const interrupt = () => {
    const now = performance.now();
    if (first === undefined) {
      first = now;
      stop();
    } else if (now - first > ONE_MS) giveUp();
  };
  for (const signal of signals) source.on(signal, interrupt);
}
