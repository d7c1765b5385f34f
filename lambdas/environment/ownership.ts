import { describeProtection, isProtected } from '../contracts/lease.ts';
import { type Claimed, describeOwner, functionEntry } from '../contracts/ownership.ts';
import type { HeldEvent } from '../contracts/payloads/ownership.ts';
import type { EnvironmentRecord, EnvironmentStatus, MachineName } from '../contracts/record.ts';
import { SafetyError } from '../runtime/errors.ts';

export interface OwnershipPorts {
  /**
   * Increments the record's `activity`, writes the redrive, and adds `entry` to its `work`, if owner and fencing number
   * match and no later redrive has written. This is one conditional write, so that the check and the change are
   * consistent.
   * @returns the record after the write, or undefined when the condition did not hold
   */
  touchRecord(environment: string, claimed: Claimed, entry?: string): Promise<EnvironmentRecord | undefined>;
  /** Removes the entry. The function ignores a record that has another owner by now. */
  removeWork(environment: string, claimed: Claimed, entry: string): Promise<void>;
  /** Reads the record only to say who owns the environment. */
  loadRecord(environment: string): Promise<EnvironmentRecord | null>;
  now(): number;
}

/** The ports are for a caller that asks for ownership without an entry of work. */
export type AskPorts = Omit<OwnershipPorts, 'removeWork'>;

export interface Work extends Claimed {
  environment: string;
  /** The value is false for work that only reads or plans. */
  changes: boolean;
  /** The next claim has to wait for this entry. */
  entry?: string;
}

/**
 * A machine works on environments of these statuses. A redriven execution finds the status FAILED. Any other status
 * means that its work is done, or is not its own.
 */
const STATUSES: Partial<Record<MachineName, readonly EnvironmentStatus[]>> = {
  provision: ['PROVISIONING', 'FAILED'],
  deploy: ['LIVE', 'FAILED'],
  teardown: ['TEARING_DOWN', 'FAILED'],
};

/**
 * Requires ownership. Callers ask immediately before they build, apply, delete, tag, publish or approve anything.
 * @returns the record of the environment
 * @throws {SafetyError} when the execution does not own the environment any more, or may not change it. The error says
 * who owns it
 */
export async function requireOwnership(work: Work, ports: AskPorts): Promise<EnvironmentRecord> {
  const { environment, owner, fencing, redrive, changes, entry } = work;
  const record = await ports.touchRecord(environment, { owner, fencing, redrive }, entry);
  if (!record) throw new SafetyError(await whyLost(work, ports));
  const { ownerMachine, status } = record;
  if (changes && ownerMachine === 'teardown' && isProtected(record, ports.now())) {
    throw new SafetyError(describeProtection(record));
  }
  if (changes && !(ownerMachine && STATUSES[ownerMachine]?.includes(status))) {
    throw new SafetyError(
      `environment "${environment}" is ${status}: ${ownerMachine ?? 'the execution'} ${owner} does not change it any more`,
    );
  }
  return record;
}

async function whyLost({ environment, owner, redrive }: Work, ports: AskPorts): Promise<string> {
  const record = await ports.loadRecord(environment);
  if (!record) {
    return `environment "${environment}" has no record: ${owner} cannot prove that it owns it, and changes nothing. Start a new execution`;
  }
  if (record.owner === owner) {
    return `environment "${environment}" is at work for redrive ${record.redrive ?? 0} of ${owner}, and this is redrive ${redrive}, or an earlier claim: it changes nothing`;
  }
  return `environment "${environment}" was taken over: it belongs to ${describeOwner(record, ports.now())}. ${owner} changes nothing any more. Do not redrive it: npx runbook status ${environment} shows what is there, and a new execution goes on from that`;
}

/**
 * Runs a function of an execution that owns the environment. The next claim waits for its end, or for the end of its
 * time, since stopping an execution does not stop its functions.
 * @param task gets a function that checks the ownership again, to call before each change
 * @throws {SafetyError} when the execution does not own the environment
 */
export async function whileOwner<R>(
  { request, fencing, redrive }: HeldEvent,
  { id, remainingMs }: { id: string; remainingMs(): number },
  ports: OwnershipPorts,
  task: (confirm: () => Promise<void>) => Promise<R>,
): Promise<R> {
  const { environment, execution, machine, mode } = request;
  const claimed = { owner: execution.id, fencing, redrive };
  const changes = machine !== 'teardown' || mode !== 'plan';
  const work = { environment, ...claimed, changes };
  const entry = functionEntry(id, ports.now() + Math.min(remainingMs(), LONGEST_FUNCTION_MS));
  try {
    await requireOwnership({ ...work, entry }, ports);
    return await task(async () => {
      await requireOwnership(work, ports);
    });
  } finally {
    await ports.removeWork(environment, claimed, entry);
  }
}

/** Lambda has this limit. */
const LONGEST_FUNCTION_MS = 900_000;
