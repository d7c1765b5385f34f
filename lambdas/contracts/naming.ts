/** Names that are built from an environment's name. The one place that knows how; Terraform is given the results. */

export interface EnvironmentNames {
  prefix: string;
  cluster: string;
  apiService: string;
  workerService: string;
  apiRepository: string;
  workerRepository: string;
  apiLogGroup: string;
  workerLogGroup: string;
  /** Terraform's backend, made by the bootstrap root. */
  stateBucket: string;
  lockTable: string;
  stateKey: string;
  /** Key of the bootstrap root's own state in the control bucket. */
  bootstrapStateKey: string;
  /** One-time schedule of the teardown. */
  teardownSchedule: string;
  /** One-time schedule of the warning before it. */
  warningSchedule: string;
}

/**
 * @param pattern such as `order-platform-{environment}-v3`
 * @param accountId makes the state bucket's name globally unique
 */
export function environmentNames(pattern: string, environment: string, accountId: string): EnvironmentNames {
  const prefix = pattern.replace('{environment}', environment);
  return {
    prefix,
    cluster: `${prefix}-cluster`,
    apiService: `${prefix}-api-svc`,
    workerService: `${prefix}-worker-svc`,
    apiRepository: `${prefix}-api`,
    workerRepository: `${prefix}-worker`,
    apiLogGroup: `/ecs/${prefix}/api`,
    workerLogGroup: `/ecs/${prefix}/worker`,
    stateBucket: `${prefix}-tfstate-${accountId}`,
    lockTable: `${prefix}-tflock`,
    stateKey: 'stack/terraform.tfstate',
    bootstrapStateKey: bootstrapStateKey(environment),
    teardownSchedule: `${prefix}-teardown`,
    warningSchedule: `${prefix}-warning`,
  };
}

/**
 * Where a run keeps its files in the control bucket. Plans are their owner's, under the fencing number of its claim: no
 * other owner applies them. The rest belongs to the life.
 */
export function runKeys(environment: string, run: string, fencing = 0) {
  const base = `environments/${environment}/runs/${run}`;
  const own = `${base}/${fencing}`;
  return {
    base,
    /** Of a run that no record tells of; else the record names that of the provision which made the environment. */
    bundle: `${base}/bundle.zip`,
    /** What was applied last; the plan that waits has its own. */
    variables: `${base}/stack.auto.tfvars.json`,
    /** What the execution that made the environment was given of the stack's variables. */
    inputs: `${own}/inputs.tfvars.json`,
    plan: `${own}/stack.tfplan`,
    /** Of the state that the plan was made from. */
    lineage: `${base}/stack.lineage`,
    /** Lineage of the state whose destroy has begun; empty again once something is applied. */
    destroyed: `${base}/stack.destroyed`,
    /** What that plan changes. */
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
