import type { HandlerName } from '../../lambdas/contracts/environment-variables.ts';
import type { EnvironmentRecord, MachineName } from '../../lambdas/contracts/record.ts';
import type { Grant } from './role.ts';

type Attributes = readonly (keyof EnvironmentRecord)[];

/** What `touchRecord` and `removeWork` name: who asks whether it is still the owner. */
const ASKED: Attributes = ['environment', 'owner', 'fencing', 'redrive', 'activity', 'work'];
/** What a change of the end of an environment names in its condition. */
const LEASED: Attributes = ['environment', 'owner', 'fencing', 'leaseRevision', 'activity', 'status'];

/**
 * Attributes of a record that the updates of a function or machine name, in their conditions or their changes. The record
 * says which configuration builds run, and who owns the environment: each of them writes its own part of it.
 */
export const RECORD_ATTRIBUTES: Readonly<Partial<Record<HandlerName | MachineName, Attributes>>> = {
  claim: ASKED,
  'require-ownership': ASKED,
  'review-plan': ASKED,
  'move-tags': ASKED,
  inventory: ASKED,
  'empty-bucket': ASKED,
  'remove-unmanaged': ASKED,
  schedules: ASKED,
  outputs: [...ASKED, 'outputs', 'taskDefinitions', 'lineage', 'serial', 'usdPerHour', 'spent', 'teardownBegan'],
  'release-claim': [...LEASED, 'commit', 'bundleKey', 'bundleSha256', 'expiresAt', 'maxCostUsd', 'variables'],
  lease: [...LEASED, 'expiresAt', 'protection', 'leaseChanges', 'maxCostUsd'],
  'environment-metrics': ['environment', 'run', 'costWarned'],
  evidence: ['environment', 'run', 'lastValidation', 'lastPartialValidation'],
  verdict: ['environment', 'run', 'lastSweep'],
  'execution-changed': ['environment', 'owner', 'status', 'lastFailure'],
  provision: ['environment', 'owner', 'fencing', 'status'],
  deploy: ['environment', 'owner', 'fencing', 'status', 'commit'],
  teardown: ['environment', 'owner', 'fencing', 'status', 'keptBackend', 'outputs', 'taskDefinitions'],
};

/** What an update may give back where it gives back what it has changed: a whole record has attributes of others. */
const OWN_VALUES = ['NONE', 'UPDATED_OLD', 'UPDATED_NEW'];

/**
 * The right to change a record, in what it names alone. Who asks whether it is still the owner gets the record as it is now.
 * @throws {Error} for one of whom nobody has said what that is
 */
export function updateRecords(of: HandlerName | MachineName, tableArn: string): Grant {
  const attributes = RECORD_ATTRIBUTES[of];
  if (!attributes) throw new Error(`lib/iam/record-grants.ts: which attributes of a record does ${of} change?`);
  return {
    actions: ['dynamodb:UpdateItem'],
    resources: [tableArn],
    conditions: {
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': attributes },
      ...(attributes.includes('work') ? {} : { StringEqualsIfExists: { 'dynamodb:ReturnValues': OWN_VALUES } }),
    },
  };
}
