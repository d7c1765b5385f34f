import { DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import type { User } from '../../removal/blockers.ts';
import { patientConfig } from '../client-config.ts';
import { eachItem } from '../pages.ts';
import { textOf } from '../responses.ts';
import type { Users } from '../users.ts';

const rds = new RDSClient(patientConfig);

/** RDS has no filter by subnet group, so all databases are read. */
export const users: Users = {
  'subnet-group': async (name) => {
    const found: User[] = [];
    for await (const one of eachItem(
      (Marker: string | undefined) => rds.send(new DescribeDBInstancesCommand({ Marker })),
      (page) => page.DBInstances,
      (page) => page.Marker,
    )) {
      if (one.DBSubnetGroup?.DBSubnetGroupName !== name) continue;
      found.push({ type: 'db-instance', id: textOf(one.DBInstanceIdentifier, 'the name of a database') });
    }
    return found;
  },
};
