import { createHash, randomUUID } from 'node:crypto';

/** Step Functions adds these functions to JSONata's own. `$eval` is withdrawn: it is bound to nothing. */
export const stepFunctionsBuiltins: Record<string, unknown> = {
  partition: (array: unknown[] | undefined, size: number) => {
    if (array === undefined) return undefined;
    if (!Array.isArray(array)) throw new TypeError('$partition: the first argument must be an array');
    const step = Math.floor(size);
    if (!(step > 0)) throw new TypeError('$partition: the chunk size must be a positive integer');
    return Array.from({ length: Math.ceil(array.length / step) }, (_, i) => array.slice(i * step, (i + 1) * step));
  },
  range: (first: number, last: number, step: number) => {
    if (!Number.isInteger(step) || step === 0) throw new TypeError('$range: the step must be a non-zero integer');
    const length = Math.max(0, Math.floor((last - first) / step) + 1);
    if (length > 1000) throw new RangeError('$range: the result cannot have more than 1000 elements');
    return sequence(Array.from({ length }, (_, i) => first + i * step));
  },
  hash: (data: unknown, algorithm: string) => {
    if (data === undefined) return undefined;
    const name = ALGORITHMS[algorithm];
    if (!name)
      throw new TypeError(`$hash: unknown algorithm ${algorithm}; one of ${Object.keys(ALGORITHMS).join(', ')}`);
    return createHash(name)
      .update(typeof data === 'string' ? data : JSON.stringify(data))
      .digest('hex');
  },
  random: (seed?: number) => (seed === undefined ? Math.random() : seeded(seed)),
  uuid: () => randomUUID(),
  parse: (text: string | undefined) => (text === undefined ? undefined : JSON.parse(text)),
  eval: undefined,
};

/** Marks an array as jsonata marks its own sequences: one of a single value is that value, an empty one is nothing. */
function sequence(values: number[]): number[] {
  return Object.defineProperty(values, 'sequence', { value: true });
}

const ALGORITHMS: Record<string, string> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/** Returns the same number in [0, 1) for the same seed (mulberry32's mixing step). */
function seeded(seed: number): number {
  let t = (Math.trunc(seed) + 0x6d2b79f5) | 0;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
}
