import type { Attributes } from '../../lambdas/contracts/functions/record-attributes.ts';
import { HANDLER_NAMES, type HandlerName, manifestOf } from '../../lambdas/contracts/functions.ts';
import type { MachineName } from '../../lambdas/contracts/record.ts';
import type { Grant } from './role.ts';

/**
 * Attributes of a record that the updates of a function or machine name, in their conditions or their changes. The record
 * says which configuration builds run, and who owns the environment: each of them writes its own part of it.
 */
export const RECORD_ATTRIBUTES: Readonly<Partial<Record<HandlerName | MachineName, Attributes>>> = {
  ...Object.fromEntries(HANDLER_NAMES.map((name) => [name, manifestOf(name).record])),
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
