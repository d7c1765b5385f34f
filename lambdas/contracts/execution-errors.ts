/** Executions end with errors of these names, where what follows depends on it. */

/** A teardown passes this error to StopExecution, so that readers of the end can see that it was no accident. */
export const STOPPED_BY_TEARDOWN = 'StoppedByTeardown';
/** The checks have failed, or could not be made. */
export const VALIDATION_FAILED = 'ValidationFailed';
/** A person refused the plan, or a deployment may not apply it. */
export const PLAN_REFUSED = 'PlanRefused';
/** A deployment that ends with one of these errors has changed nothing. */
export const UNCHANGED_ERRORS: ReadonlySet<string> = new Set(['DeploymentRefused', PLAN_REFUSED]);
