import { isDeepStrictEqual } from 'node:util';
import type { Guard } from '../../lambdas/aws/environments-table.ts';
import type { Claimed } from '../../lambdas/contracts/ownership.ts';
import type { EnvironmentRecord } from '../../lambdas/contracts/record.ts';
import type { LeaseChanges } from '../../lambdas/environment/lease.ts';

/** The table of records is in memory, with the conditions of the real one: test/lab/aws compares the two. */
export class Records {
  readonly byName = new Map<string, EnvironmentRecord>();

  readonly loadRecord = async (environment: string) => structuredClone(this.byName.get(environment) ?? null);

  readonly replaceRecord = async (next: EnvironmentRecord, previous: EnvironmentRecord | null) => {
    const same = previous ? this.#isAs(previous) : !this.byName.has(next.environment);
    if (same) this.byName.set(next.environment, structuredClone(next));
    return same;
  };

  readonly updateLease = async (previous: EnvironmentRecord, changes: LeaseChanges) => {
    const now = this.byName.get(previous.environment);
    const same = this.#isAs(previous) && now?.status === previous.status;
    if (same) Object.assign(now, structuredClone(changes));
    return same;
  };

  readonly updateRecord = async (
    environment: string,
    guard: { [K in keyof Guard]: Guard[K] | undefined },
    changes: { [K in keyof EnvironmentRecord]?: EnvironmentRecord[K] | undefined },
  ) => {
    const now = this.byName.get(environment);
    const same =
      now !== undefined &&
      Object.entries(guard).every(([key, value]) => isDeepStrictEqual(now[key as keyof Guard], value));
    if (same) Object.assign(now, structuredClone(changes));
    return same;
  };

  readonly touchRecord = async (environment: string, claimed: Claimed, entry?: string) => {
    const now = this.byName.get(environment);
    if (!now || !isHeld(now, claimed) || (now.redrive ?? 0) > claimed.redrive) return undefined;
    now.redrive = claimed.redrive;
    now.activity = (now.activity ?? 0) + 1;
    if (entry) now.work = [...new Set([...(now.work ?? []), entry])];
    return structuredClone(now);
  };

  readonly removeWork = async (environment: string, claimed: Claimed, entry: string) => {
    const now = this.byName.get(environment);
    if (now && isHeld(now, claimed)) now.work = now.work?.filter((one) => one !== entry);
  };

  #isAs({ environment, fencing, owner, leaseRevision, activity }: EnvironmentRecord): boolean {
    const now = this.byName.get(environment);
    return (
      now?.fencing === fencing &&
      now.owner === owner &&
      now.leaseRevision === leaseRevision &&
      now.activity === activity
    );
  }
}

function isHeld({ owner, fencing }: EnvironmentRecord, claimed: Claimed): boolean {
  return owner === claimed.owner && fencing === claimed.fencing;
}
