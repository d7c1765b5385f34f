import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { constructId } from '../names.ts';
import { type AlarmDefinition, type AlarmSources, alarmDefinitions } from './alarm-definitions.ts';
import { ownMetric } from './metrics.ts';

const MANUAL = 'docs/operating.md';

/**
 * Two services count a failure and its message in periods of five minutes. The alarm of a failure lasts for four
 * periods, which covers the wait for the message. The alarm which shows that the message was sent lasts longer.
 */
const FAILED_PERIODS = 4;
const HANDLED_PERIODS = 6;
const MESSAGE_WAIT = Duration.minutes(10);
const MESSAGE_EXTENSION = Duration.minutes(1);

/**
 * The construct contains an alarm for every failure that would otherwise be silent. Each alarm describes the failure,
 * and where to read what to do. One failure produces one message: for a failure that an execution's own message
 * reports, an alarm notifies people only when that message is not sent.
 */
export class Alarms extends Construct {
  readonly all: readonly cloudwatch.AlarmBase[];

  constructor(scope: Construct, id: string, props: AlarmSources & { topic: sns.ITopic }) {
    super(scope, id);
    const notify = new SnsAction(props.topic);
    const watches = alarmDefinitions(props);
    const alarms = watches.map((watch) => this.#alarm(watch));
    for (const [index, alarm] of alarms.entries()) if (!watches[index]?.hasMessage) alarm.addAlarmAction(notify);

    const handled = this.#alarm({
      name: 'failure-handled',
      description: 'This is no failure. The message of one was sent, so no alarm repeats it.',
      runbookAnchor: 'what-the-alarms-mean',
      metric: ownMetric('FailuresHandled'),
      periods: HANDLED_PERIODS,
    });
    const untold = new cloudwatch.CompositeAlarm(this, 'FailureUntold', {
      compositeAlarmName: 'runbook-failure-untold',
      alarmDescription: `An execution failed, and the message that tells of it was not sent for ten minutes. What to do: ${MANUAL}#what-the-alarms-mean`,
      alarmRule: cloudwatch.AlarmRule.anyOf(
        ...alarms
          .filter((_, index) => watches[index]?.hasMessage)
          .map((alarm) => cloudwatch.AlarmRule.fromAlarm(alarm, cloudwatch.AlarmState.ALARM)),
      ),
      actionsSuppressor: handled,
      actionsSuppressorWaitPeriod: MESSAGE_WAIT,
      actionsSuppressorExtensionPeriod: MESSAGE_EXTENSION,
    });
    untold.addAlarmAction(notify);
    this.all = [...alarms, handled, untold];
  }

  #alarm({
    name,
    description,
    runbookAnchor,
    metric,
    atLeast = 1,
    missingDataHours,
    ...watch
  }: AlarmDefinition & { periods?: number }) {
    const periods = watch.periods ?? (watch.hasMessage ? FAILED_PERIODS : 1);
    return new cloudwatch.Alarm(this, constructId(name), {
      alarmName: `runbook-${name}`,
      alarmDescription: `${description} What to do: ${MANUAL}#${runbookAnchor}`,
      metric,
      ...(missingDataHours === undefined
        ? {
            threshold: atLeast,
            comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            evaluationPeriods: periods,
            ...(periods > 1 ? { datapointsToAlarm: 1 } : {}),
            treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
          }
        : {
            threshold: 1,
            comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            evaluationPeriods: missingDataHours,
            treatMissingData: cloudwatch.TreatMissingData.BREACHING,
          }),
    });
  }
}
