import type { EnvironmentRecord } from '../record.ts';

export type Attributes = readonly (keyof EnvironmentRecord)[];

/** `touchRecord` and `removeWork` name these attributes, to check that the caller is still the owner. */
export const ASKED: Attributes = ['environment', 'owner', 'fencing', 'redrive', 'activity', 'work'];
/** A change of an environment's end names these attributes in its condition. */
export const LEASED: Attributes = ['environment', 'owner', 'fencing', 'leaseRevision', 'activity', 'status'];
