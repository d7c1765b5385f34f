import { backendName, type KeptNames } from './kept-backend.ts';

/** This module alone builds names from an environment's name. Terraform is given the results. */

export interface EnvironmentNames {
  prefix: string;
  cluster: string;
  apiService: string;
  workerService: string;
  apiRepository: string;
  workerRepository: string;
  apiLogGroup: string;
  workerLogGroup: string;
  /** The bootstrap root creates Terraform's backend. */
  stateBucket: string;
  lockTable: string;
  stateKey: string;
  /** The bootstrap root's own state has this key in the control bucket. */
  bootstrapStateKey: string;
  /** The one-time schedule starts the teardown. */
  teardownSchedule: string;
  /** The one-time schedule sends the warning before the teardown. */
  warningSchedule: string;
}

/**
 * Builds the names of an environment.
 * @param pattern such as `order-platform-{environment}-v3`
 * @param accountId makes the state bucket's name globally unique
 * @param kept has the names of a backend that exists already
 */
export function environmentNames(
  pattern: string,
  environment: string,
  accountId: string,
  kept?: KeptNames,
): EnvironmentNames {
  const prefix = pattern.replace('{environment}', environment);
  const values = { environment, account: accountId };
  return {
    prefix,
    cluster: `${prefix}-cluster`,
    apiService: `${prefix}-api-svc`,
    workerService: `${prefix}-worker-svc`,
    apiRepository: `${prefix}-api`,
    workerRepository: `${prefix}-worker`,
    apiLogGroup: `/ecs/${prefix}/api`,
    workerLogGroup: `/ecs/${prefix}/worker`,
    stateBucket: kept ? backendName(kept.bucket, values) : `${prefix}-tfstate-${accountId}`,
    lockTable: kept?.table ? backendName(kept.table, values) : `${prefix}-tflock`,
    stateKey: 'stack/terraform.tfstate',
    bootstrapStateKey: bootstrapStateKey(environment),
    teardownSchedule: `${prefix}-teardown`,
    warningSchedule: `${prefix}-warning`,
  };
}

/**
 * Returns the keys of a run's files in the control bucket. Plans belong to their owner and are under the fencing number
 * of its claim, so that no other owner applies them. The other files belong to the life.
 */
export function runKeys(environment: string, run: string, fencing = 0) {
  const base = `environments/${environment}/runs/${run}`;
  const own = `${base}/${fencing}`;
  return {
    base,
    /**
     * The key is used for a run without a record. Otherwise the record has the key of the bundle that the last
     * provision used.
     */
    bundle: `${base}/bundle.zip`,
    /** The file has the variables that were applied last. A plan that waits has its own. */
    variables: `${base}/stack.auto.tfvars.json`,
    /** The file has the values of the stack's variables that an execution gave, as the record has them at the claim. */
    inputs: `${own}/inputs.tfvars.json`,
    plan: `${own}/stack.tfplan`,
    /** The lineage is that of the state from which the plan was computed. */
    lineage: `${base}/stack.lineage`,
    /** The file has the lineage of the state whose destroy has begun. It is empty again once something is applied. */
    destroyed: `${base}/stack.destroyed`,
    /** The file has the changes of that plan. */
    changes: `${own}/stack.tfplan.json`,
    destroyPlan: `${own}/destroy.tfplan`,
    outputs: `${base}/outputs.json`,
    inventory: `${base}/inventory.json`,
    unmanaged: `${base}/unmanaged.json`,
    erroredState: `${base}/errored.tfstate`,
  };
}

/** Key of the state of the bootstrap root in the control bucket. */
export function bootstrapStateKey(environment: string): string {
  return `environments/${environment}/bootstrap/terraform.tfstate`;
}
