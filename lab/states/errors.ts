/** Step Functions keeps this number of characters of a cause (API reference, SensitiveCause). A longer cause is cut. */
export const CAUSE_CHARACTERS = 32_768;

/**
 * The error is a failure inside an execution, with the name and the cause that Retry and Catch see and that the history
 * records. Errors of the API itself are `AwsError`s (api/errors.ts).
 */
export class StateError extends Error {
  override readonly name = 'StateError';
  readonly error: string | undefined;
  readonly reason: string | undefined;
  /** Retry and Catch may match the failure by these further names. */
  readonly aliases: readonly string[];
  /** The member is set by the code that has already recorded this failure's own event. */
  readonly location: string | undefined;

  constructor(
    error: string | undefined,
    cause?: string,
    more: { aliases?: readonly string[]; location?: string | undefined } = {},
  ) {
    super(`${error ?? ''}: ${cause ?? ''}`);
    this.error = error;
    this.reason = cause?.slice(0, CAUSE_CHARACTERS);
    this.aliases = more.aliases ?? [];
    this.location = more.location;
  }

  /**
   * The value is that of `$states.errorOutput` of a Catch: a named error without a cause has an empty one, and an
   * unnamed error has null.
   */
  get output(): { Error: string | null; Cause: string | null } {
    const { error = null, reason } = this;
    return { Error: error, Cause: reason ?? (error === null ? null : '') };
  }
}

/** States.TaskFailed does not stand for these errors. */
const NOT_TASK_FAILED = ['States.Timeout', 'States.DataLimitExceeded'];

/**
 * Returns whether a Retry or Catch that lists `names` in ErrorEquals applies. Nothing matches States.Runtime.
 * States.ALL matches States.DataLimitExceeded: recordings of AWS show it, though its documentation says otherwise
 * (docs/aws-differences.md).
 */
export function matchesError(names: readonly string[], failure: StateError): boolean {
  const error = failure.error ?? '';
  if (error === 'States.Runtime') return false;
  return names.some((name) => {
    if (name === 'States.ALL' || name === error || failure.aliases.includes(name)) return true;
    return name === 'States.TaskFailed' && !NOT_TASK_FAILED.includes(error);
  });
}

/** A running state was interrupted from outside: the execution was stopped, or ran out of its own time. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Returns the interruption of one branch, because another branch of the same state failed. */
export const siblingFailed = (): Interrupted => new Interrupted('another branch failed');
