import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { constructId } from '../names.ts';
import { type AlarmSources, alarmDefinitions } from './alarm-definitions.ts';

const MANUAL = 'docs/operating.md';

/** An alarm for every failure that would otherwise be silent; each says what it is, and where to read what to do. */
export class Alarms extends Construct {
  readonly all: readonly cloudwatch.Alarm[];

  constructor(scope: Construct, id: string, props: AlarmSources & { topic: sns.ITopic }) {
    super(scope, id);
    const notify = new SnsAction(props.topic);
    this.all = alarmDefinitions(props).map(
      ({ name, description, runbookAnchor, metric, atLeast = 1, missingDataHours }) => {
        const alarm = new cloudwatch.Alarm(this, constructId(name), {
          alarmName: `runbook-${name}`,
          alarmDescription: `${description} What to do: ${MANUAL}#${runbookAnchor}`,
          metric,
          ...(missingDataHours === undefined
            ? {
                threshold: atLeast,
                comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
                evaluationPeriods: 1,
                treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
              }
            : {
                threshold: 1,
                comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
                evaluationPeriods: missingDataHours,
                treatMissingData: cloudwatch.TreatMissingData.BREACHING,
              }),
        });
        alarm.addAlarmAction(notify);
        return alarm;
      },
    );
  }
}
