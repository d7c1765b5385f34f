import { loadRecord } from '../aws/environments-table.ts';
import { ownership } from '../aws/ownership.ts';
import { putSchedule, removeSchedule } from '../aws/schedules.ts';
import { manifest } from '../contracts/functions/schedules.ts';
import { schedulesEvent } from '../contracts/payloads/lease.ts';
import { whileOwner } from '../environment/ownership.ts';
import { reconcileSchedules, type SchedulePorts, scheduleSweeps } from '../environment/reconcile-schedules.ts';
import { lambda } from '../runtime/middleware.ts';

export const handler = lambda(manifest, schedulesEvent, (event, invocation) => {
  const { env } = invocation;
  const settings = {
    group: env.SCHEDULE_GROUP,
    roleArn: env.SCHEDULE_ROLE_ARN,
    deadLetterQueueArn: env.DEAD_LETTER_QUEUE_ARN,
    machineArns: { teardown: env.TEARDOWN_MACHINE_ARN, sweep: env.SWEEP_MACHINE_ARN },
    functionArn: env.EXPIRY_WARNING_FUNCTION_ARN,
  };
  const ports: SchedulePorts = {
    loadRecord: (environment) => loadRecord(env.ENVIRONMENTS_TABLE, environment),
    put: (oneTimeSchedule) => putSchedule(settings, oneTimeSchedule),
    remove: (name) => removeSchedule(settings.group, name),
    now: Date.now,
  };
  if (!('fencing' in event)) return reconcileSchedules(event.request, env.WARN_MINUTES, ports);
  const { request, sweepAfterHours } = event;
  return whileOwner(event, invocation, ownership(env.ENVIRONMENTS_TABLE), () =>
    sweepAfterHours
      ? scheduleSweeps(request, sweepAfterHours, ports)
      : reconcileSchedules(request, env.WARN_MINUTES, ports),
  );
});
