import type { EnvironmentRecord } from '../../../../lambdas/contracts/record.ts';
import type { ClaimPorts } from '../../../../lambdas/environment/claim.ts';
import type { LeasePorts } from '../../../../lambdas/environment/lease.ts';
import { Records } from '../../../support/records.ts';

/** The table has one record, which another writer may change first. */
export class FakeRecords {
  readonly table = new Records();
  /** The next write calls this function once before it writes. The function plays another writer that is faster. */
  beforeWrite: () => void = () => {};

  constructor(record: EnvironmentRecord | null = null) {
    this.record = record;
  }

  get record(): EnvironmentRecord | null {
    return [...this.table.byName.values()][0] ?? null;
  }

  set record(record: EnvironmentRecord | null) {
    this.table.byName.clear();
    if (record) this.table.byName.set(record.environment, record);
  }

  readonly loadRecord = this.table.loadRecord;
  readonly touchRecord = this.table.touchRecord;
  readonly removeWork = this.table.removeWork;

  readonly replaceRecord: ClaimPorts['replaceRecord'] = (next, previous) => {
    this.#race();
    return this.table.replaceRecord(next, previous);
  };

  readonly updateLease: LeasePorts['updateLease'] = (previous, changes) => {
    this.#race();
    return this.table.updateLease(previous, changes);
  };

  #race(): void {
    const race = this.beforeWrite;
    this.beforeWrite = () => {};
    race();
  }
}
