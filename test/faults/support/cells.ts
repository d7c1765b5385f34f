/** A cell is one run of a part of the product with one fault. */
export interface Cell {
  /** The subject is a service that is swept, a check or a guard. */
  subject: string;
  name: string;
  fault: string;
  /** @returns what is wrong; undefined when nothing is */
  run(): Promise<string | undefined>;
}

/** Returns the same sample for the same seed. */
export function sample<T>(items: readonly T[], size: number, seed: number): T[] {
  const random = mulberry32(seed);
  return items
    .map((item) => ({ item, rank: random() }))
    .sort((one, other) => one.rank - other.rank)
    .slice(0, size)
    .map(({ item }) => item);
}

function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
