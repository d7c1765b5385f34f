import type { Lab } from '../../../lab/lab.ts';
import { replaceRecord } from '../../../lambdas/aws/environments-table.ts';
import type { EnvironmentStatus } from '../../../lambdas/contracts/record.ts';
import { aRecord } from '../../unit/lambdas/support/fixtures.ts';
import { createRecordTable, TABLE } from './support.ts';

/** Fills the table of records with one of each environment. */
export async function recordsOf(
  context: Lab['context'],
  statuses: Record<string, EnvironmentStatus> = {},
): Promise<void> {
  await createRecordTable(context);
  for (const [environment, status] of Object.entries(statuses)) {
    await replaceRecord(TABLE, aRecord({ environment, status }), null);
  }
}
