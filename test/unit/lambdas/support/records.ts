import type { ClaimPorts } from '../../../../lambdas/operations/claim.ts';
import type { LeasePorts } from '../../../../lambdas/operations/lease.ts';
import type { EnvironmentRecord } from '../../../../lambdas/shared/record.ts';

/** The table of records, with the conditions that the real one has. */
export class FakeRecords {
  record: EnvironmentRecord | null;
  /** Called before each write, to play whoever is faster. */
  beforeWrite: () => void = () => {};

  constructor(record: EnvironmentRecord | null = null) {
    this.record = record;
  }

  readonly loadRecord = async () => (this.record ? structuredClone(this.record) : null);

  readonly replaceRecord: ClaimPorts['replaceRecord'] = async (next, previous) => {
    this.#race();
    const same = previous ? this.#isAs(previous) : this.record === null;
    if (same) this.record = structuredClone(next);
    return same;
  };

  readonly updateLease: LeasePorts['updateLease'] = async (previous, changes) => {
    this.#race();
    const same = this.#isAs(previous) && this.record?.status === previous.status;
    if (same) Object.assign(this.record as EnvironmentRecord, structuredClone(changes));
    return same;
  };

  #race(): void {
    const race = this.beforeWrite;
    this.beforeWrite = () => {};
    race();
  }

  #isAs({ fencing, owner, leaseRevision }: EnvironmentRecord): boolean {
    const now = this.record;
    return now?.fencing === fencing && now.owner === owner && now.leaseRevision === leaseRevision;
  }
}
