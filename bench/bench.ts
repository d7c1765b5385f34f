/** A row is one result of a bench, and one line of its table. */
export interface Row {
  /** This describes the measurement with its size: `50,000 foreign resources: requests`. */
  what: string;
  value: number;
  unit: string;
  /** This is the usual alternative, measured in the same run. */
  against?: { name: string; value: number };
  /** When true, larger values are better. Otherwise, smaller values are. */
  moreIsBetter?: boolean;
  /** The aim is in words. It is absent for a row that only explains others. */
  aim?: string;
  met?: boolean;
  /** A reader needs this information to judge the number. */
  note?: string;
}

export interface BenchContext {
  projectRoot: string;
  /**
   * When true, sizes are smaller and repetitions are fewer: the run tests whether the bench works, not how fast it is.
   */
  quick: boolean;
  /** Prints a line of progress. */
  say(line: string): void;
}

export interface Bench {
  name: string;
  title: string;
  run(context: BenchContext): Promise<Row[]>;
}

/** Returns a row whose aim is a limit on its value. */
export function atMost(limit: number, row: Omit<Row, 'aim' | 'met'>): Row {
  return { ...row, aim: `≤ ${limit.toLocaleString('en')} ${row.unit}`.trim(), met: row.value <= limit };
}

/** Returns a row whose aim is how many times smaller its value is than that of the alternative. */
export function timesLess(times: number, row: Omit<Row, 'aim' | 'met'> & Required<Pick<Row, 'against'>>): Row {
  return { ...row, aim: `≥ ${times} × less`, met: row.against.value >= times * row.value };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] = [sorted[sorted.length % 2 ? middle : middle - 1], sorted[middle]];
  return (low + high) / 2;
}

export async function timed<T>(action: () => Promise<T>): Promise<{ ms: number; result: T }> {
  const startedAt = performance.now();
  const result = await action();
  return { ms: performance.now() - startedAt, result };
}
