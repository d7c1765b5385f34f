import type { ClaimPorts } from '../../../../lambdas/operations/claim.ts';
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
    const race = this.beforeWrite;
    this.beforeWrite = () => {};
    race();
    const same = previous
      ? this.record?.fencing === previous.fencing && this.record.owner === previous.owner
      : this.record === null;
    if (same) this.record = structuredClone(next);
    return same;
  };
}
