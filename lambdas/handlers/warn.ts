import { loadRecord } from '../adapters/environments-table.ts';
import { publish } from '../adapters/notifications.ts';
import { warn } from '../operations/warn.ts';
import { lambda } from '../shared/middleware.ts';
import { warnEvent } from '../shared/payloads.ts';

export const handler = lambda('warn', warnEvent, (event, { env }) =>
  warn(
    event,
    {
      extendMachineArn: env.EXTEND_MACHINE_ARN,
      protectMachineArn: env.PROTECT_MACHINE_ARN,
      maxLifeHours: env.MAX_LIFE_HOURS,
    },
    {
      loadRecord: (environment) => loadRecord(env.ENVIRONMENTS_TABLE, environment),
      publish: (subject, message) => publish(env.NOTIFICATIONS_TOPIC_ARN, subject, message),
      now: Date.now,
    },
  ),
);
