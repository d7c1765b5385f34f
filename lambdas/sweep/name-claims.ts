import type { EnvironmentRecord } from '../contracts/record.ts';
import { isOwnedName } from './owned-names.ts';

/** Describes another environment that a record names. */
export interface Neighbour {
  environment: string;
  prefix: string;
  /** The member is false for a record that is GONE. A record that cannot be read counts as living. */
  living: boolean;
}

/** The records say which other environments may have a name. */
export interface Claims {
  /** Returns the other environment whose prefix is the longest from which one of the names is built. */
  claimant(names: readonly string[]): Neighbour | undefined;
  /** Returns whether an environment without a record could have one of the names. */
  isAmbiguous(names: readonly string[]): boolean;
}

type Named = Pick<EnvironmentRecord, 'environment' | 'status' | 'lockTable'>;

const prefixOf = (pattern: string, environment: string) => pattern.replace('{environment}', environment);

/** @param malformed names of environments whose records cannot be read */
export function claimsOf(
  pattern: string,
  own: { environment: string; prefix: string },
  { records, malformed }: { records: readonly Named[]; malformed: readonly string[] },
): Claims {
  const others = neighboursOf(pattern, own.environment, records, malformed);
  const suffix = pattern.slice(pattern.indexOf('}') + 1);
  return {
    claimant(names) {
      for (const name of names) {
        const length = isOwnedName(own.prefix, name) ? own.prefix.length : 0;
        const [longest] = others
          .filter(({ prefix }) => prefix.length > length && isOwnedName(prefix, name))
          .sort((one, other) => other.prefix.length - one.prefix.length);
        if (longest) return longest;
      }
      return undefined;
    },
    // Without a suffix, "pr-1" may own shop-pr-1-fix-…, and so may "pr-1-fix". With the suffix "-v3", both "dev" and
    // "dev-v3-x" may own shop-dev-v3-x-v3-…, which has the suffix a second time.
    isAmbiguous: (names) =>
      suffix
        ? names.some((name) => isOwnedName(own.prefix, name) && name.replaceAll(own.prefix, '').includes(suffix))
        : own.environment.includes('-') || names.some((name) => name.includes(`${own.prefix}-`)),
  };
}

/** A table that a team has made says nothing about the prefix. */
function prefixesIn(lockTable: string): string[] {
  return lockTable.endsWith('-tflock') ? [lockTable.slice(0, -'-tflock'.length)] : [];
}

/** Returns the prefixes by the pattern of today, and by the one under which a record was created. */
function neighboursOf(pattern: string, own: string, records: readonly Named[], malformed: readonly string[]) {
  const read = records.flatMap(({ environment, status, lockTable }) =>
    [prefixOf(pattern, environment), ...prefixesIn(lockTable)].map((prefix) => ({
      environment,
      prefix,
      living: status !== 'GONE',
    })),
  );
  const unread = malformed.map((environment) => ({
    environment,
    prefix: prefixOf(pattern, environment),
    living: true,
  }));
  return [...read, ...unread].filter(({ environment }) => environment !== own);
}

/**
 * Returns the living environments whose names could not be distinguished from those of this one, or the other way
 * round.
 */
export function overlapping(
  pattern: string,
  environment: string,
  records: readonly Pick<Named, 'environment' | 'status'>[],
): string[] {
  const prefix = prefixOf(pattern, environment);
  return records
    .filter((one) => one.environment !== environment && one.status !== 'GONE')
    .map((one) => one.environment)
    .filter((other) => {
      const theirs = prefixOf(pattern, other);
      return isOwnedName(prefix, theirs) || isOwnedName(theirs, prefix);
    });
}
