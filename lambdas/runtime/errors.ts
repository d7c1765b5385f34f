/**
 * The classes of errors differ in what the state machine should do with them. Step Functions matches on `errorType`,
 * which Lambda takes from `error.name`, so every class sets its name explicitly: a minified class name must never reach
 * an ASL file.
 */

/** The caller requested something impossible: a bad value, a missing output. The error is never retried. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** A guard refused: wrong account, wrong region, foreign resource, too many deletions. The error is never retried. */
export class SafetyError extends Error {
  override readonly name = 'SafetyError';
}

/** Another live execution holds the environment. The error is never retried, and the message says who holds it. */
export class EnvironmentLockedError extends Error {
  override readonly name = 'EnvironmentLockedError';
}

/**
 * A teardown because the environment's time is over, or after a failure, does not apply: the time is not over, somebody
 * keeps the environment, another execution has it, or it is gone already. The error is never retried. The machine that
 * asked succeeds, and says why.
 */
export class NotExpiredError extends Error {
  override readonly name = 'NotExpiredError';
}

/**
 * The result is not there yet, and may still appear. ASL retries the error with a bound. A validator puts the JSON of
 * its last CheckResult into the message, so that the state machine can report the observation when the wait ends.
 */
export class NotReadyError extends Error {
  override readonly name = 'NotReadyError';
}

/** AWS, or another dependency, did not answer properly. The error is retried with jitter. */
export class DependencyError extends Error {
  override readonly name = 'DependencyError';
}

/**
 * Attempts have changed nothing for long. The error is never retried, and the message says what blocks which resource.
 */
export class NoProgressError extends Error {
  override readonly name = 'NoProgressError';
}

/** Returns whether the error is a fault of this code, which must not be reported as an answer of AWS. */
export function isOurs(error: unknown): boolean {
  return error instanceof TypeError || error instanceof ReferenceError;
}
