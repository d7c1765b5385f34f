import { randomBytes } from 'node:crypto';
import type { LabContext } from '../context.ts';
import { deliverWithRetry } from '../delivery.ts';
import type { Deliver } from '../targets.ts';
import type { Schedule } from './schedules.ts';

export interface InvocationOptions {
  retryMs: number;
  signal: AbortSignal;
}

/**
 * Invokes a schedule's target once, on behalf of the target's role.
 * @param scheduledTime milliseconds since the epoch
 * @throws when it could not be delivered
 */
export async function invokeTarget(
  context: LabContext,
  deliver: Deliver,
  schedule: Schedule,
  scheduledTime: number,
  { retryMs, signal }: InvocationOptions,
): Promise<void> {
  const {
    Arn: arn = '',
    RoleArn: roleArn,
    Input: input,
    RetryPolicy,
    DeadLetterConfig,
    SqsParameters,
  } = schedule.Target ?? {};
  const time = new Date(scheduledTime).toISOString().replace(/\.\d+Z$/, 'Z');
  const template = input ?? scheduledEvent(context, schedule, time);
  const fill = (attempt: number) => {
    const values: Record<string, string> = {
      'schedule-arn': schedule.Arn,
      'scheduled-time': time,
      'execution-id': randomBytes(8).toString('hex'),
      'attempt-number': String(attempt),
    };
    return template.replace(/<aws\.scheduler\.([\w-]+)>/g, (match, name) => values[name] ?? match);
  };
  await deliverWithRetry(
    (attempt) => deliver(arn, fill(attempt), { roleArn, messageGroupId: SqsParameters?.MessageGroupId }),
    deliver,
    {
      policy: RetryPolicy,
      retryMs,
      deadLetter: DeadLetterConfig?.Arn
        ? {
            queueArn: DeadLetterConfig.Arn,
            roleArn,
            payload: fill(1),
            attributes: { SCHEDULE_ARN: schedule.Arn, TARGET_ARN: arn, SCHEDULED_TIME: time },
          }
        : undefined,
      signal,
    },
  );
}

/** Returns the event for a target that has no input of its own. */
function scheduledEvent({ accountId, region }: LabContext, schedule: Schedule, time: string): string {
  return JSON.stringify({
    version: '0',
    id: crypto.randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account: accountId,
    time,
    region,
    resources: [schedule.Arn],
    detail: '{}',
  });
}
