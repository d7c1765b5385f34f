/** What one bench found out, one line of its table. */
export interface Row {
  /** What was measured, with its size: `50,000 foreign resources: requests`. */
  what: string;
  value: number;
  unit: string;
  /** What people would use instead, measured in the same run. */
  against?: { name: string; value: number };
  /** More is better; less is, otherwise. */
  moreIsBetter?: boolean;
  /** In words; absent for a row that only explains others. */
  aim?: string;
  met?: boolean;
  /** What a reader must know to believe the number. */
  note?: string;
}

export interface BenchContext {
  projectRoot: string;
  /** Smaller sizes and fewer repetitions: whether it works, not how fast it is. */
  quick: boolean;
  /** A line of progress. */
  say(line: string): void;
}

export interface Bench {
  name: string;
  title: string;
  run(context: BenchContext): Promise<Row[]>;
}

/** A row whose aim is a limit on its value. */
export function atMost(limit: number, row: Omit<Row, 'aim' | 'met'>): Row {
  return { ...row, aim: `≤ ${limit.toLocaleString('en')} ${row.unit}`.trim(), met: row.value <= limit };
}

/** A row whose aim is how many times less it takes than what it is held against. */
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
