import type { EnvironmentRecord } from '../contracts/record.ts';
import { isOwnedName } from './owned-names.ts';

/** Another environment that a record names. */
export interface Neighbour {
  environment: string;
  prefix: string;
  /** GONE is not; what cannot be read as a record may be, and counts as living. */
  living: boolean;
}

/** What the records say about names: whose they may be besides this environment's. */
export interface Claims {
  /** The other environment whose prefix is the longest that one of the names is built from. */
  claimant(names: readonly string[]): Neighbour | undefined;
  /** Whether an environment that no record names could have one of the names. */
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
    // Without a suffix, "pr-1" may own shop-pr-1-fix-…, and so may "pr-1-fix". Behind the suffix "-v3", so may "dev" and
    // "dev-v3-x" own shop-dev-v3-x-v3-…: the suffix is there once more.
    isAmbiguous: (names) =>
      suffix
        ? names.some((name) => isOwnedName(own.prefix, name) && name.replaceAll(own.prefix, '').includes(suffix))
        : own.environment.includes('-') || names.some((name) => name.includes(`${own.prefix}-`)),
  };
}

/** By the pattern of today, and by the one that a record was made under. */
function neighboursOf(pattern: string, own: string, records: readonly Named[], malformed: readonly string[]) {
  const read = records.flatMap(({ environment, status, lockTable }) =>
    [prefixOf(pattern, environment), lockTable.replace(/-tflock$/, '')].map((prefix) => ({
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

/** The living environments beside which names of this one could not be told apart, and the other way round. */
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
