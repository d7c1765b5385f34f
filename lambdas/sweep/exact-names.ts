import type { EnvironmentNames } from '../contracts/naming.ts';
import type { InventoryItem } from '../contracts/payloads/inventory.ts';

/**
 * Services create these log groups by themselves. The keys are Terraform types of the resource for which a group is
 * created. Any suffix may follow a name that ends with "/".
 */
const SERVICE_LOG_GROUPS: Readonly<Record<string, (name: string) => string>> = {
  aws_lambda_function: (name) => `/aws/lambda/${name}`,
  aws_codebuild_project: (name) => `/aws/codebuild/${name}`,
  aws_kinesis_firehose_delivery_stream: (name) => `/aws/kinesisfirehose/${name}`,
  aws_db_instance: (name) => `/aws/rds/instance/${name}/`,
  aws_rds_cluster: (name) => `/aws/rds/cluster/${name}/`,
  aws_ecs_cluster: (name) => `/aws/ecs/containerinsights/${name}/`,
};

/**
 * Returns a test for names that only this run has: those that the runbook itself gives, and those that AWS derives from
 * them and from the resources in the inventory. An untagged resource with such a name belongs to the environment,
 * unless a record claims it.
 */
export function exactNames(names: EnvironmentNames, inventory: readonly InventoryItem[]) {
  const idsOf = (type: string) => inventory.filter((one) => one.type === type).map(({ id }) => nameIn(id));
  const clusters = new Set([names.cluster, ...idsOf('aws_ecs_cluster')]);
  const databases = new Set([...idsOf('aws_db_instance'), ...idsOf('aws_rds_cluster')]);
  const logGroups = [
    names.apiLogGroup,
    names.workerLogGroup,
    ...Object.entries(SERVICE_LOG_GROUPS).flatMap(([type, derive]) =>
      (type === 'aws_ecs_cluster' ? [...clusters] : idsOf(type)).map(derive),
    ),
  ];
  const ofCluster = (name: string) => clusters.has(name.split('/').at(-2) ?? '');
  const rules: Readonly<Record<string, (name: string) => boolean>> = {
    bucket: (name) => name === names.stateBucket,
    table: (name) => name === names.lockTable,
    dashboard: (name) => name === names.prefix,
    cluster: (name) => name === names.cluster,
    repository: (name) => name === names.apiRepository || name === names.workerRepository,
    'log-group': (name) => logGroups.some((one) => (one.endsWith('/') ? name.startsWith(one) : name === one)),
    // Target tracking names its alarms `TargetTracking-service/<cluster>/<service>-AlarmHigh-…`.
    alarm: (name) => name.startsWith('TargetTracking-service/') && clusters.has(name.split('/')[1] ?? ''),
    service: ofCluster,
    task: ofCluster,
    'scalable-target': ofCluster,
    // These are named after their database, or are found through it.
    'db-snapshot': (name) => databases.has(name),
    'db-cluster-snapshot': (name) => databases.has(name),
    'automated-backup': (name) => databases.has(name),
    'cluster-automated-backup': (name) => databases.has(name),
    secret: (name) => databases.has(name),
  };
  return (type: string, candidates: readonly string[]): boolean => candidates.some((name) => rules[type]?.(name));
}

/** Returns the name in an ARN, which is the id of a cluster in Terraform's state. */
function nameIn(id: string): string {
  return id.startsWith('arn:') ? (id.split(/[:/]/).at(-1) ?? id) : id;
}
