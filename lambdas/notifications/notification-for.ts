import { isProtected, reasonNotExpired } from '../contracts/lease.ts';
import type { Message } from '../contracts/message.ts';
import type { EnvironmentRecord } from '../contracts/record.ts';
import type { Evidence, Execution, Recovery } from './execution.ts';
import { failed } from './failed.ts';
import { started } from './started.ts';
import { succeeded } from './succeeded.ts';

export interface NotificationContext {
  /** Of the environment, after the change. */
  record: EnvironmentRecord | null;
  evidence: Evidence;
  /** Value of the tag `project`. */
  product: string;
  /** Only of an execution that did not succeed. */
  recovery?: Recovery;
  now: number;
}

/** Machines whose beginning is worth a message: the others take minutes, and their end says it all. */
const ANNOUNCED = new Set(['provision', 'deploy', 'teardown']);
/** Machines that others wait for, and tell of. */
const REPORTED_BY_PARENT = new Set(['validate', 'sweep']);

/** What people are told of an execution; nothing of what someone else tells, or what nobody has to know. */
export function notificationFor(execution: Execution, known: NotificationContext): Message | undefined {
  const { machine, status, input } = execution;
  if (input.startedBy && REPORTED_BY_PARENT.has(machine)) return undefined;
  if (status === 'RUNNING') return isAnnounced(execution, known) ? started(execution, known) : undefined;
  if (status === 'SUCCEEDED') return succeeded(execution, known);
  return failed(execution, known);
}

function isAnnounced({ machine, input, redriveCount }: Execution, { record, now }: NotificationContext): boolean {
  if (!ANNOUNCED.has(machine) || input.environment === undefined || input.mode === 'plan') return false;
  if (machine !== 'teardown' || redriveCount > 0) return true;
  // It will be skipped, or refused, and has nothing to begin with.
  return input.onlyIfExpired ? reasonNotExpired(record, now) === undefined : !(record && isProtected(record, now));
}
