import { callPublicHost } from '../aws/public-http.ts';
import { queueCounts } from '../aws/queues.ts';
import { describeAlarms } from '../aws/resources/alarms.ts';
import * as databases from '../aws/resources/databases.ts';
import { describeRule } from '../aws/resources/event-rules.ts';
import * as functions from '../aws/resources/lambda-functions.ts';
import { dataPoints } from '../aws/resources/metric-data.ts';
import { describeMachine } from '../aws/resources/state-machines.ts';
import { describeTable } from '../aws/resources/tables.ts';
import { manifest } from '../contracts/functions/check-resources.ts';
import { systemClock } from '../runtime/clock.ts';
import { configuredValidator } from '../runtime/validator.ts';
import { observeResources } from '../validation/observe-resources.ts';

const ports = {
  ...{ http: callPublicHost, queueCounts, describeAlarms, dataPoints, describeTable, describeMachine, describeRule },
  ...databases,
  ...functions,
  clock: systemClock,
};

export const handler = configuredValidator(manifest, ({ request }, env) =>
  observeResources(env.TARGETS, request, ports),
);
