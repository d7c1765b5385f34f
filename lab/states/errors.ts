/** Step Functions keeps so many characters of a cause (API reference, SensitiveCause). What is longer is cut. */
export const CAUSE_CHARACTERS = 32_768;

/**
 * A failure inside an execution, by the name and cause that Retry and Catch see and that ends up in the history.
 * Errors of the API itself are `AwsError`s (api/errors.ts).
 */
export class StateError extends Error {
  override readonly name = 'StateError';
  readonly error: string | undefined;
  readonly reason: string | undefined;
  /** Further names that Retry and Catch may match it by. */
  readonly aliases: readonly string[];
  /** Set by who already recorded this failure's own event. */
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

  /** As `$states.errorOutput` of a Catch: a named error without a cause has an empty one, an unnamed error has null. */
  get output(): { Error: string | null; Cause: string | null } {
    const { error = null, reason } = this;
    return { Error: error, Cause: reason ?? (error === null ? null : '') };
  }
}

/** What States.TaskFailed does not stand for. */
const NOT_TASK_FAILED = ['States.Timeout', 'States.DataLimitExceeded'];

/**
 * Whether a Retry or Catch that lists `names` in ErrorEquals applies. Nothing matches States.Runtime. States.ALL matches
 * States.DataLimitExceeded: recordings of AWS show it, though its documentation says otherwise (docs/aws-differences.md).
 */
export function matchesError(names: readonly string[], failure: StateError): boolean {
  const error = failure.error ?? '';
  if (error === 'States.Runtime') return false;
  return names.some((name) => {
    if (name === 'States.ALL' || name === error || failure.aliases.includes(name)) return true;
    return name === 'States.TaskFailed' && !NOT_TASK_FAILED.includes(error);
  });
}

/** Why a running state was interrupted from outside: the execution was stopped, or ran out of its own time. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** An interruption of one branch, because another branch of the same state failed. */
export const siblingFailed = (): Interrupted => new Interrupted('another branch failed');
