import { Aws } from 'aws-cdk-lib';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Config } from './config.ts';
import { arn, functionArn, machineArn, SCHEDULE_GROUP } from './names.ts';
import { ExactRole } from './role.ts';

/**
 * What happens by the clock. Where the one-time schedules of environments are kept: warnings before the end of a life,
 * teardowns at it, sweeps after it; and every night a look for what they have missed.
 */
export class Schedules extends Construct {
  readonly groupName = SCHEDULE_GROUP;
  /** What the schedules run as. */
  readonly role: ExactRole;
  /** Every schedule of the group. */
  readonly scheduleArns: string;

  constructor(scope: Construct, id: string, props: { deadLetterQueue: sqs.IQueue; expiry: Config['expiry'] }) {
    super(scope, id);
    const group = new scheduler.CfnScheduleGroup(this, 'Group', { name: SCHEDULE_GROUP });
    this.scheduleArns = arn(this, 'scheduler', `schedule/${SCHEDULE_GROUP}/*`);
    this.role = new ExactRole(this, 'Role', {
      service: 'scheduler.amazonaws.com',
      description: 'What the schedules of the runbook may do: warn, and start a teardown, a sweep or an expiry',
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
        { actions: ['lambda:InvokeFunction'], resources: [functionArn(this, 'warn')] },
        { actions: ['sqs:SendMessage'], resources: [props.deadLetterQueue.queueArn] },
      ],
    });

    const [hour, minute] = props.expiry.nightlyAt.split(':').map(Number);
    const nightly = new scheduler.CfnSchedule(this, 'Nightly', {
      name: 'runbook-nightly',
      groupName: SCHEDULE_GROUP,
      description: 'Tears down every environment whose time is over',
      scheduleExpression: `cron(${minute} ${hour} * * ? *)`,
      scheduleExpressionTimezone: props.expiry.timeZone,
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: machineArn(this, 'expire'),
        roleArn: this.role.roleArn,
        // The time, and not the invocation's id: that is another for each attempt.
        input: JSON.stringify({ at: '<aws.scheduler.scheduled-time>' }),
        deadLetterConfig: { arn: props.deadLetterQueue.queueArn },
        retryPolicy: { maximumEventAgeInSeconds: 6 * 3_600, maximumRetryAttempts: 20 },
      },
    });
    nightly.addResourceDependency(group);
  }
}
