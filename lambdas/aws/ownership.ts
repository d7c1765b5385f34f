import type { OwnershipPorts } from '../environment/ownership.ts';
import { loadRecord, removeWork, touchRecord } from './environments-table.ts';

/** Returns the ports that read and change the ownership of an environment in the table of records. */
export function ownership(table: string): OwnershipPorts {
  return {
    touchRecord: (environment, claimed, entry) => touchRecord(table, environment, claimed, entry),
    removeWork: (environment, claimed, entry) => removeWork(table, environment, claimed, entry),
    loadRecord: (environment) => loadRecord(table, environment),
    now: Date.now,
  };
}
