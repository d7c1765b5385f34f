/**
 * The error is thrown for a task that could not be started. `stoppedReason` of the task is `<name>: <message>`, in the
 * agent's own words, because operators search for them.
 */
export class TaskStartError extends Error {
  override readonly name: string;

  constructor(
    name: 'CannotPullContainerError' | 'ResourceInitializationError' | 'CannotStartContainerError',
    message: string,
  ) {
    super(message);
    this.name = name;
  }

  get stoppedReason(): string {
    return `${this.name}: ${this.message}`;
  }
}
