/** Names of errors by which executions say how they have ended, where what follows depends on it. */

/** Given to StopExecution by a teardown, so that whoever reads of the end knows that it was no accident. */
export const STOPPED_BY_TEARDOWN = 'StoppedByTeardown';
/** Of a plan that a person refused, or that a deployment may not apply. */
export const PLAN_REFUSED = 'PlanRefused';
/** A deployment that ends so has left everything as it was. */
export const UNCHANGED_ERRORS: ReadonlySet<string> = new Set(['DeploymentRefused', PLAN_REFUSED]);
