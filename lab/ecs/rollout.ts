/** The file has the rules of a rolling deployment, without clocks and calls. */

export interface RolloutTask {
  id: string;
  /** The value is true for a task of the PRIMARY deployment. */
  primary: boolean;
  /** The value is true for a task that runs, and whose checks all pass. */
  healthy: boolean;
}

export interface RolloutState {
  desiredCount: number;
  minimumHealthyPercent: number;
  maximumPercent: number;
  /** The desired status of these tasks is RUNNING; the oldest is first. */
  tasks: readonly RolloutTask[];
}

export interface RolloutSteps {
  /** This number of tasks of the PRIMARY deployment has to be started now. */
  start: number;
  /** The tasks with these ids have to be stopped now. */
  stop: string[];
}

/** Returns the next steps of the service scheduler within `minimumHealthyPercent` and `maximumPercent`. */
export function nextSteps({ desiredCount, minimumHealthyPercent, maximumPercent, tasks }: RolloutState): RolloutSteps {
  const primary = tasks.filter((task) => task.primary);
  const old = tasks.filter((task) => !task.primary);
  const ceiling = Math.max(Math.floor((desiredCount * maximumPercent) / 100), old.length ? 0 : desiredCount);
  const floor = Math.ceil((desiredCount * minimumHealthyPercent) / 100);

  const excess = leastUsefulFirst(primary).slice(0, Math.max(0, primary.length - desiredCount));
  const spare = tasks.filter((task) => task.healthy).length - excess.filter((task) => task.healthy).length - floor;
  const retired = leastUsefulFirst(old).filter((task) => !task.healthy);
  const replaced = old.filter((task) => task.healthy).slice(0, Math.max(0, spare));
  const stop = [...excess, ...retired, ...replaced].map((task) => task.id);

  const missing = desiredCount - primary.length;
  const room = ceiling - (tasks.length - stop.length);
  return { start: Math.max(0, Math.min(missing, room)), stop };
}

/** Unhealthy tasks are stopped first, then the newest. */
function leastUsefulFirst(tasks: readonly RolloutTask[]): RolloutTask[] {
  return [...tasks].reverse().sort((a, b) => Number(a.healthy) - Number(b.healthy));
}

/** Returns the number of consecutive failed tasks at which the deployment circuit breaker opens. */
export function circuitBreakerThreshold(desiredCount: number): number {
  return Math.min(200, Math.max(3, Math.ceil(desiredCount * 0.5)));
}

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 15_000;

/**
 * Returns the wait before the scheduler replaces a task that failed. ECS doubles the wait from seconds up to 27
 * minutes; the lab keeps the shape and shortens the scale.
 * @param failures consecutive failures so far
 */
export function restartDelayMs(failures: number): number {
  return failures < 1 ? 0 : Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1));
}
