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
    this.reason = cause;
    this.aliases = more.aliases ?? [];
    this.location = more.location;
  }

  /** As `$states.errorOutput` of a Catch. */
  get output(): { Error: string; Cause: string } {
    return { Error: this.error ?? '', Cause: this.reason ?? '' };
  }
}

/** Never matched by the wildcard; the second is not matched at all, since nothing can be done about it. */
const TERMINAL = ['States.DataLimitExceeded', 'States.Runtime'];

/** Whether a Retry or Catch that lists `names` in ErrorEquals applies. */
export function matchesError(names: readonly string[], failure: StateError): boolean {
  const error = failure.error ?? '';
  return names.some((name) => {
    if (name === 'States.ALL') return !TERMINAL.includes(error);
    if (name === error || failure.aliases.includes(name)) return error !== 'States.Runtime';
    return name === 'States.TaskFailed' && error !== 'States.Timeout' && !TERMINAL.includes(error);
  });
}

/** Why a running state was interrupted from outside: the execution was stopped, or ran out of its own time. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** An interruption of one branch, because another branch of the same state failed. */
export const siblingFailed = (): Interrupted => new Interrupted('another branch failed');
