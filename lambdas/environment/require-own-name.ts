import type { EnvironmentRecord } from '../contracts/record.ts';
import { InputError } from '../runtime/errors.ts';
import { overlapping } from '../sweep/name-claims.ts';

export interface RecordsPort {
  /** Returns all records, and the names of those that cannot be read. */
  listRecords(): Promise<{ records: EnvironmentRecord[]; malformed: string[] }>;
}

/**
 * Requires a name that does not overlap with another. Without a suffix in the pattern, "pr-1" and "pr-1-fix" may both
 * have a resource shop-pr-1-fix-queue, so they cannot exist at the same time. A record that cannot be read counts as
 * living. An environment that exists already may continue.
 * @throws {InputError} naming the environment that prevents it, and what to do
 */
export async function requireOwnName(
  environment: string,
  record: EnvironmentRecord | null,
  pattern: string,
  ports: RecordsPort,
): Promise<void> {
  if (!pattern.endsWith('}') || (record && record.status !== 'GONE')) return;
  const { records, malformed } = await ports.listRecords();
  const all = [...records, ...malformed.map((name) => ({ environment: name, status: 'FAILED' as const }))];
  const [other] = overlapping(pattern, environment, all);
  if (other === undefined) return;
  const [shorter, longer] = environment.length < other.length ? [environment, other] : [other, environment];
  const suggestion = environment.replaceAll('-', '');
  const hint = overlapping(pattern, suggestion, all).length === 0 ? ` (try "${suggestion}")` : '';
  throw new InputError(
    `environment "${environment}": "${other}" exists, and under the pattern "${pattern}" names of "${longer}" begin like those of "${shorter}", so that nobody can tell them apart: choose another name${hint}, tear down "${other}" first, or give namePattern a suffix in runbook.config.ts`,
  );
}
