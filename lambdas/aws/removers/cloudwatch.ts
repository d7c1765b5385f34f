import { CloudWatchClient, DeleteAlarmsCommand, DeleteDashboardsCommand } from '@aws-sdk/client-cloudwatch';
import { patientConfig } from '../client-config.ts';
import type { Remover } from '../removers.ts';
import { unlessGone } from '../tags/support.ts';

const cloudwatch = new CloudWatchClient(patientConfig);

export const remover: Remover = {
  alarm: {
    // Target tracking creates and removes its own alarms, and does not tag them.
    byproduct: true,
    bornUntagged: true,
    async remove({ id }) {
      await unlessGone(cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: [id] })), 'ResourceNotFound');
    },
  },
  dashboard: {
    bornUntagged: true,
    async remove({ id }) {
      await unlessGone(
        cloudwatch.send(new DeleteDashboardsCommand({ DashboardNames: [id] })),
        'DashboardNotFoundError',
        'ResourceNotFound',
      );
    },
  },
};
