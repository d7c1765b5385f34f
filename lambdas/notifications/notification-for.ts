import { isProtected, reasonNotExpired } from '../contracts/lease.ts';
import type { Message } from '../contracts/message.ts';
import type { EnvironmentRecord } from '../contracts/record.ts';
import type { Evidence, Execution, Recovery } from './execution.ts';
import { failed } from './failed.ts';
import { started } from './started.ts';
import { succeeded } from './succeeded.ts';

export interface NotificationContext {
  /** This is the environment's record after the change. */
  record: EnvironmentRecord | null;
  evidence: Evidence;
  /** This is the value of the tag `project`. */
  product: string;
  /** The member is present only for an execution that did not succeed. */
  recovery?: Recovery;
  now: number;
}

/** The start of these machines is announced. The others take minutes, and the message about their end is enough. */
const ANNOUNCED = new Set(['provision', 'deploy', 'teardown']);
/** Another machine waits for these machines, and reports their result. */
const REPORTED_BY_PARENT = new Set(['validate', 'sweep']);

/**
 * Returns the message about an execution. The function returns undefined when another execution reports the result, or
 * when no message is needed.
 */
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
  // The teardown will be skipped or refused, so its start is not announced.
  return input.onlyIfExpired ? reasonNotExpired(record, now) === undefined : !(record && isProtected(record, now));
}
