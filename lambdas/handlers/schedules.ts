import { loadRecord } from '../adapters/environments-table.ts';
import { putSchedule, removeSchedule } from '../adapters/schedules.ts';
import { keepSchedules } from '../operations/keep-schedules.ts';
import { lambda } from '../shared/middleware.ts';
import { requestEvent } from '../shared/request.ts';

export const handler = lambda('schedules', requestEvent, ({ request }, { env }) => {
  const settings = {
    group: env.SCHEDULE_GROUP,
    roleArn: env.SCHEDULE_ROLE_ARN,
    deadLetterQueueArn: env.DEAD_LETTER_QUEUE_ARN,
    machineArn: env.TEARDOWN_MACHINE_ARN,
    functionArn: env.WARN_FUNCTION_ARN,
  };
  return keepSchedules(request, env.WARN_MINUTES, {
    loadRecord: (environment) => loadRecord(env.ENVIRONMENTS_TABLE, environment),
    put: (appointment) => putSchedule(settings, appointment),
    remove: (name) => removeSchedule(settings.group, name),
    now: Date.now,
  });
});
