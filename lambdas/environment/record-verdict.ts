import { byTime } from '../contracts/observed.ts';
import type { EnvironmentRecord } from '../contracts/record.ts';
import { DependencyError } from '../runtime/errors.ts';

export type Verdicts = Pick<EnvironmentRecord, 'lastValidation' | 'lastPartialValidation' | 'lastSweep'>;

export interface VerdictPorts {
  loadRecord(environment: string): Promise<EnvironmentRecord | null>;
  /**
   * Changes the record if it matches `guard`.
   * @returns whether it did
   */
  updateRecord(
    environment: string,
    guard: Pick<EnvironmentRecord, 'run'> & { [V in keyof Verdicts]: Verdicts[V] | undefined } & Partial<Applied>,
    changes: Verdicts,
  ): Promise<boolean>;
}

/** What a validation looked at, as the record described it. */
export type Applied = { [A in (typeof APPLIED)[number]]: EnvironmentRecord[A] | undefined };
const APPLIED = ['applied', 'provisionBegan', 'teardownBegan'] as const;

export function appliedOf({ applied, provisionBegan, teardownBegan }: EnvironmentRecord): Applied {
  return { applied, provisionBegan, teardownBegan };
}

/** Each time another writer was faster, its verdict is read. */
const ATTEMPTS = 8;

/**
 * Writes a verdict to the record of its run, unless the record has a later one.
 * @param seen is absent where the verdict does not depend on what was applied
 * @returns whether the verdict is in the record now
 * @throws {DependencyError} when others write again and again, or the environment is not any more what was seen
 */
export async function recordVerdict(
  environment: string,
  run: string,
  verdict: Verdicts,
  ports: VerdictPorts,
  seen?: Applied,
): Promise<boolean> {
  const [[attribute, next] = []] = Object.entries(verdict) as [keyof Verdicts, NonNullable<Verdicts['lastSweep']>][];
  if (!attribute || !next) return false;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const record = await ports.loadRecord(environment);
    if (record?.run !== run) return false;
    if (seen && APPLIED.some((name) => record[name] !== seen[name])) {
      throw new DependencyError(`environment "${environment}" has changed while its verdict was written`);
    }
    const last = record[attribute];
    if (last && byTime(next, last) < 0) return false;
    if (await ports.updateRecord(environment, { run, [attribute]: last, ...seen }, verdict)) return true;
  }
  throw new DependencyError(`the record of "${environment}" is written by others again and again`);
}
