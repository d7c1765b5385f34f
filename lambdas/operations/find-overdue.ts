import { describeIssues, expireInput } from '../shared/contracts.ts';
import { InputError } from '../shared/errors.ts';
import { isProtected, whyNotDue } from '../shared/lease.ts';
import type { OverdueEvent, OverdueResult } from '../shared/payloads.ts';
import type { EnvironmentRecord } from '../shared/record.ts';
import { ALIVE } from './claim.ts';

export interface OverduePorts {
  listRecords(): Promise<{ records: EnvironmentRecord[]; malformed: string[] }>;
  executionStatus(arn: string): Promise<string>;
  now(): number;
}

/** Environments whose time is over, in the order of their ends; and those that stay all the same, and why. */
export async function findOverdue({ input, execution }: OverdueEvent, ports: OverduePorts): Promise<OverdueResult> {
  const parsed = expireInput.safeParse(input);
  if (!parsed.success) throw new InputError(`input of expire: ${describeIssues(parsed.error)}`);
  const stamp = stampOf(parsed.data.at ?? execution.startTime);
  const { records, malformed } = await ports.listRecords();
  const result: OverdueResult = {
    due: [],
    spared: malformed.map((environment) => ({ environment, why: 'its record cannot be read' })),
    living: 0,
  };
  const now = ports.now();
  for (const record of records.toSorted((a, b) => Date.parse(a.expiresAt) - Date.parse(b.expiresAt))) {
    const { environment, run, status, expiresAt } = record;
    if (status === 'GONE') continue;
    if (Date.parse(expiresAt) > now && !isProtected(record, now)) {
      result.living += 1;
      continue;
    }
    const why = whyNotDue(record, now) ?? (await whyHeld(record, ports));
    if (why) result.spared.push({ environment, why });
    else result.due.push({ environment, expiresAt, name: `${run}-overdue-${stamp}` });
  }
  return result;
}

async function whyHeld(
  { owner, ownerMachine, claimedAt }: EnvironmentRecord,
  ports: OverduePorts,
): Promise<string | undefined> {
  if (!owner || ownerMachine !== 'teardown') return undefined;
  return ALIVE.has(await ports.executionStatus(owner)) ? `it is held by ${owner} since ${claimedAt}` : undefined;
}

/** `20260131T0300`. */
function stampOf(time: string): string {
  return new Date(time).toISOString().slice(0, 16).replaceAll(/[-:]/g, '');
}
