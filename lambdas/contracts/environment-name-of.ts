import { createHash } from 'node:crypto';
import { environmentName } from './contracts.ts';

const LONGEST = 21;
const DIGITS = 8;
/** A name of this form is always folded: else a folded name could be somebody's own. */
const FOLDED = /-[0-9a-f]{8}$/;

/**
 * The environment of a branch, or of whatever else has a name: the name itself where it is valid, else what is valid of
 * it and 8 digits of its SHA-256. Two names have one environment only if those digits agree.
 */
export function environmentNameOf(name: string): string {
  if (environmentName.safeParse(name).success && !FOLDED.test(name)) return name;
  const digits = createHash('sha256').update(name).digest('hex').slice(0, DIGITS);
  const head = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, LONGEST - DIGITS - 1)
    .replace(/-+$/, '');
  return `${head || 'env'}-${digits}`;
}

/** The environment of a pull request. @param prefix tells the repositories of one account apart */
export function pullRequestEnvironment(number: number, prefix = 'pr'): string {
  return environmentNameOf(`${prefix}-${number}`);
}
