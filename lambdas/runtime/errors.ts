/**
 * Errors by what the state machine should do with them. Step Functions matches on `errorType`, which Lambda takes
 * from `error.name`, so every class sets its name explicitly: a minified class name must never reach an ASL file.
 */

/** The caller asked for something impossible: a bad value, a missing output. Never retried. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** A guard refused: wrong account, wrong region, foreign resource, too many deletions. Never retried. */
export class SafetyError extends Error {
  override readonly name = 'SafetyError';
}

/** Another live execution holds the environment. Never retried; the message says who holds it. */
export class EnvironmentLockedError extends Error {
  override readonly name = 'EnvironmentLockedError';
}

/**
 * An environment was to go because its time is over, and it is not, or someone keeps it, or it is going already. Never
 * retried; the machine that asked ends well, and says why.
 */
export class NotExpiredError extends Error {
  override readonly name = 'NotExpiredError';
}

/**
 * Not there yet, and still able to get there. Retried by ASL with a bound. A validator puts the JSON of its last
 * CheckResult into the message, so that the state machine can report what was observed when the wait runs out.
 */
export class NotReadyError extends Error {
  override readonly name = 'NotReadyError';
}

/** AWS, or something else that we depend on, did not answer properly. Retried with jitter. */
export class DependencyError extends Error {
  override readonly name = 'DependencyError';
}

/** Tried for long, and nothing moves any more. Never retried; the message says what stands in the way of what. */
export class NoProgressError extends Error {
  override readonly name = 'NoProgressError';
}

/** A fault of this code, which must not pass for an answer of AWS. */
export function isOurs(error: unknown): boolean {
  return error instanceof TypeError || error instanceof ReferenceError;
}
