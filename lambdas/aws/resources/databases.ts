import {
  type DBClusterMember,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { isNotFound } from '../../runtime/aws-errors.ts';
import type { Database } from '../../validation/checks/resource-states.ts';
import { clientConfig } from '../client-config.ts';
import { describedIn, listOf, textOf } from '../responses.ts';

const rds = new RDSClient(clientConfig);

export async function describeInstance(id: string): Promise<Database | undefined> {
  try {
    const response = await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: id }));
    const found = describedIn(
      response.DBInstances,
      ({ DBInstanceIdentifier }) => DBInstanceIdentifier === id,
      response,
    );
    const { DBInstanceArn: arn } = found;
    return { ...(arn ? { arn } : {}), status: textOf(found.DBInstanceStatus, `the status of ${id}`) };
  } catch (error) {
    if (isNotFound(error, 'DBInstanceNotFound', 'DBInstanceNotFoundFault')) return undefined;
    throw error;
  }
}

async function memberOf({ DBInstanceIdentifier, IsClusterWriter }: DBClusterMember) {
  const id = textOf(DBInstanceIdentifier, 'the instance of a cluster');
  const status = (await describeInstance(id))?.status;
  return { id, writes: IsClusterWriter === true, ...(status === undefined ? {} : { status }) };
}

export async function describeCluster(id: string): Promise<Database | undefined> {
  try {
    const response = await rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: id }));
    const found = describedIn(response.DBClusters, ({ DBClusterIdentifier }) => DBClusterIdentifier === id, response);
    const members = listOf(found.DBClusterMembers, found);
    const { DBClusterArn: arn } = found;
    return {
      ...(arn ? { arn } : {}),
      status: textOf(found.Status, `the status of ${id}`),
      members: await Promise.all(members.map(memberOf)),
    };
  } catch (error) {
    if (isNotFound(error, 'DBClusterNotFoundFault')) return undefined;
    throw error;
  }
}
