export interface StoppedTask {
  task: string;
  /** Milliseconds since the epoch. */
  stoppedAt: number;
  stopCode: string;
  reason: string;
  /** The list has one line for each container: `api: exit 1 (OutOfMemoryError: …)`. */
  containers: string[];
}

/**
 * The cause of a stopped task is a failure of its own, AWS's maintenance or interruption, or an intended action: a
 * deployment, a scaling activity or a person.
 */
export type StopCause = 'failure' | 'aws' | 'intended';

/** A container exited, or never started. Nobody requested this, whatever the reason says. */
const OWN_FAILURE: ReadonlySet<string> = new Set(['EssentialContainerExited', 'TaskFailedToStart']);
const AWS_CODES: ReadonlySet<string> = new Set(['SpotInterruption', 'TerminationNotice', 'InfrastructureHealth']);
/**
 * The texts are ECS's own: "ECS is performing maintenance on the underlying infrastructure hosting the task" (for task
 * retirement, platform updates and host failures), "Your Spot Task was interrupted.", "Host EC2 (instance …)
 * terminated.", and rebalancing between Availability Zones.
 */
const AWS_REASONS =
  /performing maintenance on the underlying infrastructure|spot task was interrupted|^host ec2 \(instance [^)]*\) (terminated|stopped)|(availability zone|az) rebalanc/i;
const INTENDED_REASONS =
  /scaling activity initiated|task stopped by user|container instance is in draining state|deregistration forced by user/i;
/**
 * The health check of a container or of a load balancer failed, and the scheduler stops the task because it does not
 * work.
 */
const FAILED_CHECK = /health check/i;

export function causeOf({ stopCode, reason }: Pick<StoppedTask, 'stopCode' | 'reason'>): StopCause {
  if (FAILED_CHECK.test(reason)) return 'failure';
  if (OWN_FAILURE.has(stopCode)) return 'failure';
  if (AWS_CODES.has(stopCode) || AWS_REASONS.test(reason)) return 'aws';
  if (stopCode === 'UserInitiated' || INTENDED_REASONS.test(reason)) return 'intended';
  // An unknown reason counts as a failure of the service: otherwise a new kind of failure would pass.
  return 'failure';
}

/** Returns the tasks that stopped at `since` or later for this cause, the oldest first. */
export function stoppedSince(stopped: readonly StoppedTask[], since: number, cause: StopCause): StoppedTask[] {
  return stopped
    .filter((task) => task.stoppedAt >= since && causeOf(task) === cause)
    .sort((a, b) => a.stoppedAt - b.stoppedAt);
}

/** Describes how a task ended: its stop code, reason and exit codes. */
export function describeStop(task: StoppedTask | undefined): string {
  return task ? [task.stopCode, task.reason, ...task.containers].filter(Boolean).join(', ') : '';
}
