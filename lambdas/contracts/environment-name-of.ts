import { createHash } from 'node:crypto';
import { environmentName } from './contracts.ts';

const LONGEST = 21;
const DIGITS = 8;
/** A name of this form is always folded. Otherwise a folded name could equal a name that somebody chose. */
const FOLDED = /-[0-9a-f]{8}$/;

/**
 * Returns the environment of a branch, or of anything else that has a name. The result is the name itself where it is
 * valid, else the valid part of it and 8 digits of its SHA-256. Two names have one environment only if those digits
 * agree.
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

/**
 * Returns the environment of a pull request.
 * @param prefix distinguishes the repositories of one account
 */
export function pullRequestEnvironment(number: number, prefix = 'pr'): string {
  return environmentNameOf(`${prefix}-${number}`);
}
