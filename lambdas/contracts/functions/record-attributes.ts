import type { EnvironmentRecord } from '../record.ts';

export type Attributes = readonly (keyof EnvironmentRecord)[];

/** What `touchRecord` and `removeWork` name: who asks whether it is still the owner. */
export const ASKED: Attributes = ['environment', 'owner', 'fencing', 'redrive', 'activity', 'work'];
/** What a change of the end of an environment names in its condition. */
export const LEASED: Attributes = ['environment', 'owner', 'fencing', 'leaseRevision', 'activity', 'status'];
