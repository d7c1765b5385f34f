import { Aws } from 'aws-cdk-lib';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { LeastPrivilegeRole } from '../iam/role.ts';
import { arn, functionArn, machineArn, SCHEDULE_GROUP } from '../names.ts';

/**
 * The construct contains the group and the role of all schedules: those of the whole runbook, and the one-time
 * schedules of environments, which are warnings before the end of a life, teardowns at the end and sweeps after it.
 */
export class Schedules extends Construct {
  readonly groupName = SCHEDULE_GROUP;
  readonly group: scheduler.CfnScheduleGroup;
  /** The schedules run with this role. */
  readonly role: LeastPrivilegeRole;
  /** The pattern matches every schedule of the group. */
  readonly scheduleArns: string;

  constructor(scope: Construct, id: string, props: { deadLetterQueue: sqs.IQueue }) {
    super(scope, id);
    this.group = new scheduler.CfnScheduleGroup(this, 'Group', { name: SCHEDULE_GROUP });
    this.scheduleArns = arn(this, 'scheduler', `schedule/${SCHEDULE_GROUP}/*`);
    this.role = new LeastPrivilegeRole(this, 'Role', {
      service: 'scheduler.amazonaws.com',
      description:
        'What the schedules of the runbook may do: warn, count, look for orphaned resources, and start a teardown, a sweep or an expiry',
      assumeConditions: {
        StringEquals: {
          'aws:SourceAccount': Aws.ACCOUNT_ID,
          'aws:SourceArn': arn(this, 'scheduler', `schedule-group/${SCHEDULE_GROUP}`),
        },
      },
      grants: [
        {
          actions: ['states:StartExecution'],
          resources: [machineArn(this, 'teardown'), machineArn(this, 'sweep'), machineArn(this, 'expire')],
        },
        {
          actions: ['lambda:InvokeFunction'],
          resources: [
            functionArn(this, 'expiry-warning'),
            functionArn(this, 'environment-metrics'),
            functionArn(this, 'orphans'),
          ],
        },
        { actions: ['sqs:SendMessage'], resources: [props.deadLetterQueue.queueArn] },
      ],
    });
  }
}
