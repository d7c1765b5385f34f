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
    guard: Pick<EnvironmentRecord, 'run'> & { [V in keyof Verdicts]: Verdicts[V] | undefined },
    changes: Verdicts,
  ): Promise<boolean>;
}

/** Each time another writer was faster, its verdict is read. */
const ATTEMPTS = 8;

/**
 * Writes a verdict to the record of its run, unless the record has a later one.
 * @returns whether the verdict is in the record now
 * @throws {DependencyError} when others write again and again
 */
export async function recordVerdict(
  environment: string,
  run: string,
  verdict: Verdicts,
  ports: VerdictPorts,
): Promise<boolean> {
  const [[attribute, next] = []] = Object.entries(verdict) as [keyof Verdicts, NonNullable<Verdicts['lastSweep']>][];
  if (!attribute || !next) return false;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const record = await ports.loadRecord(environment);
    if (record?.run !== run) return false;
    const last = record[attribute];
    if (last && byTime(next, last) < 0) return false;
    if (await ports.updateRecord(environment, { run, [attribute]: last }, verdict)) return true;
  }
  throw new DependencyError(`the record of "${environment}" is written by others again and again`);
}
