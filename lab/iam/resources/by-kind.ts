import { arnOf, listed, text } from '../parameters.ts';
import type { Resources } from './by-name.ts';

/** The calls of these services name resources of several kinds at once. */

/** The map has the kind in ARNs for each parameter. */
const RDS_KINDS: Readonly<Record<string, string>> = {
  DBInstanceIdentifier: 'db',
  DBClusterIdentifier: 'cluster',
  DBSnapshotIdentifier: 'snapshot',
  DBClusterSnapshotIdentifier: 'cluster-snapshot',
  DBSubnetGroupName: 'subgrp',
  DBParameterGroupName: 'pg',
  DBClusterParameterGroupName: 'cluster-pg',
  DBProxyName: 'db-proxy',
  OptionGroupName: 'og',
};
/** A listing without a name is about these resources. */
const RDS_LISTS: Readonly<Record<string, string>> = {
  DescribeDBInstances: 'db:*',
  DescribeDBClusters: 'cluster:*',
  DescribeDBSnapshots: 'snapshot:*',
  DescribeDBClusterSnapshots: 'cluster-snapshot:*',
  DescribeDBSubnetGroups: 'subgrp:*',
  DescribeDBParameterGroups: 'pg:*',
  DescribeDBClusterParameterGroups: 'cluster-pg:*',
  DescribeOptionGroups: 'og:*',
  DescribeDBProxies: 'db-proxy:*',
  DescribeDBInstanceAutomatedBackups: 'auto-backup:*',
  DescribeDBClusterAutomatedBackups: 'cluster-auto-backup:*',
  DeleteDBClusterAutomatedBackup: 'cluster-auto-backup:*',
};

export const rds: Resources = (operation, { params }, place) => {
  const arn = arnOf('rds', place);
  const named = Object.entries(RDS_KINDS).flatMap(([key, kind]) => {
    const name = text(params[key]);
    return name ? [name.startsWith('arn:') ? name : arn(`${kind}:${name}`)] : [];
  });
  const arns = [text(params.ResourceName), text(params.DBInstanceAutomatedBackupsArn)].flatMap((one) => one ?? []);
  const all = RDS_LISTS[operation];
  const resources = [...named, ...arns];
  if (resources.length > 0) return [{ resources }];
  return all ? [{ resources: [arn(all)] }] : undefined;
};

export const elasticloadbalancing: Resources = (operation, { params }, place) => {
  const arn = arnOf('elasticloadbalancing', place);
  if (operation.startsWith('Describe')) return [{ resources: ['*'] }];
  const name = text(params.Name);
  if (operation === 'CreateLoadBalancer') return [{ resources: [arn(`loadbalancer/app/${name}/*`)] }];
  if (operation === 'CreateTargetGroup') return [{ resources: [arn(`targetgroup/${name}/*`)] }];
  const arns = ['ListenerArn', 'LoadBalancerArn', 'TargetGroupArn'].flatMap((key) => text(params[key]) ?? []);
  const resources = [...arns, ...listed(params, 'ResourceArns')];
  return resources.length > 0 ? [{ resources }] : undefined;
};
