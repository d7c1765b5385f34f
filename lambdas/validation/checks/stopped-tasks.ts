export interface StoppedTask {
  task: string;
  /** Milliseconds since the epoch. */
  stoppedAt: number;
  stopCode: string;
  reason: string;
  /** One line a container: `api: exit 1 (OutOfMemoryError: …)`. */
  containers: string[];
}

/** Who ended a task: its service by failing, AWS for reasons of its own, or a deployment, a scaling or a person. */
export type StopCause = 'failure' | 'aws' | 'intended';

/** A container exited, or never started: nobody asked for it, whatever the reason says. */
const OWN_FAILURE: ReadonlySet<string> = new Set(['EssentialContainerExited', 'TaskFailedToStart']);
const AWS_CODES: ReadonlySet<string> = new Set(['SpotInterruption', 'TerminationNotice', 'InfrastructureHealth']);
/**
 * The texts are ECS's own: "ECS is performing maintenance on the underlying infrastructure hosting the task" (task
 * retirement, platform updates and host failures alike), "Your Spot Task was interrupted.", "Host EC2 (instance …)
 * terminated.", and rebalancing between Availability Zones.
 */
const AWS_REASONS =
  /performing maintenance on the underlying infrastructure|spot task was interrupted|^host ec2 \(instance [^)]*\) (terminated|stopped)|(availability zone|az) rebalanc/i;
const INTENDED_REASONS =
  /scaling activity initiated|task stopped by user|container instance is in draining state|deregistration forced by user/i;
/** The check of a container or of a load balancer. The scheduler ends the task because it does not work. */
const FAILED_CHECK = /health check/i;

export function causeOf({ stopCode, reason }: Pick<StoppedTask, 'stopCode' | 'reason'>): StopCause {
  if (FAILED_CHECK.test(reason)) return 'failure';
  if (OWN_FAILURE.has(stopCode)) return 'failure';
  if (AWS_CODES.has(stopCode) || AWS_REASONS.test(reason)) return 'aws';
  if (stopCode === 'UserInitiated' || INTENDED_REASONS.test(reason)) return 'intended';
  // A reason that nobody here knows is held against the service: otherwise a new kind of failure would pass.
  return 'failure';
}

/** Oldest first. */
export function stoppedSince(stopped: readonly StoppedTask[], since: number, cause: StopCause): StoppedTask[] {
  return stopped
    .filter((task) => task.stoppedAt >= since && causeOf(task) === cause)
    .sort((a, b) => a.stoppedAt - b.stoppedAt);
}

/** How a task ended: stop code, reason, exit codes. */
export function describeStop(task: StoppedTask | undefined): string {
  return task ? [task.stopCode, task.reason, ...task.containers].filter(Boolean).join(', ') : '';
}
