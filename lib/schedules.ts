import { Aws } from 'aws-cdk-lib';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { arn, machineArn, SCHEDULE_GROUP } from './names.ts';
import { ExactRole } from './role.ts';

/** Where the machines keep their one-time schedules: teardowns at the end of a life, sweeps after it. */
export class Schedules extends Construct {
  readonly groupName = SCHEDULE_GROUP;
  /** What the schedules run as. */
  readonly role: ExactRole;
  /** Every schedule of the group. */
  readonly scheduleArns: string;

  constructor(scope: Construct, id: string, props: { deadLetterQueue: sqs.IQueue }) {
    super(scope, id);
    new scheduler.CfnScheduleGroup(this, 'Group', { name: SCHEDULE_GROUP });
    this.scheduleArns = arn(this, 'scheduler', `schedule/${SCHEDULE_GROUP}/*`);
    this.role = new ExactRole(this, 'Role', {
      service: 'scheduler.amazonaws.com',
      description: 'What the schedules of the runbook may do: start a teardown or a sweep',
      assumeConditions: {
        StringEquals: {
          'aws:SourceAccount': Aws.ACCOUNT_ID,
          'aws:SourceArn': arn(this, 'scheduler', `schedule-group/${SCHEDULE_GROUP}`),
        },
      },
      grants: [
        {
          actions: ['states:StartExecution'],
          resources: [machineArn(this, 'teardown'), machineArn(this, 'sweep')],
        },
        { actions: ['sqs:SendMessage'], resources: [props.deadLetterQueue.queueArn] },
      ],
    });
  }
}
