import type { Attributes } from '../../lambdas/contracts/functions/record-attributes.ts';
import { HANDLER_NAMES, type HandlerName, manifestOf } from '../../lambdas/contracts/functions.ts';
import type { MachineName } from '../../lambdas/contracts/record.ts';
import type { Grant } from './role.ts';

/**
 * The updates of a function or machine name these attributes of a record, in their conditions or their changes. The
 * record contains the configuration that builds run, and the owner of the environment, so each updater may change only
 * its own part.
 */
export const RECORD_ATTRIBUTES: Readonly<Partial<Record<HandlerName | MachineName, Attributes>>> = {
  ...Object.fromEntries(HANDLER_NAMES.map((name) => [name, manifestOf(name).record])),
  provision: ['environment', 'owner', 'fencing', 'status'],
  deploy: ['environment', 'owner', 'fencing', 'status', 'commit'],
  teardown: ['environment', 'owner', 'fencing', 'status', 'keptBackend', 'outputs', 'taskDefinitions'],
};

/** An update that returns its changes may return these values: a whole record contains attributes of others. */
const OWN_VALUES = ['NONE', 'UPDATED_OLD', 'UPDATED_NEW'];

/**
 * Returns the permission to change a record, limited to the attributes of the caller. A caller that checks whether it
 * is still the owner receives the current record.
 * @throws {Error} for a function or machine without an entry
 */
export function updateRecords(of: HandlerName | MachineName, tableArn: string): Grant {
  const attributes = RECORD_ATTRIBUTES[of];
  if (!attributes) throw new Error(`which attributes of a record does ${of} change?`);
  return {
    actions: ['dynamodb:UpdateItem'],
    resources: [tableArn],
    conditions: {
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': attributes },
      ...(attributes.includes('work') ? {} : { StringEqualsIfExists: { 'dynamodb:ReturnValues': OWN_VALUES } }),
    },
  };
}
