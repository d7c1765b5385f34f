import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DeleteDashboardsCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-cloudwatch';
import { tagsOf } from '../answers.ts';
import { patientConfig } from '../client-config.ts';
import type { Remover } from '../removers.ts';
import { arnIn, unlessGone } from './support.ts';

const cloudwatch = new CloudWatchClient(patientConfig);

export const remover: Remover = {
  alarm: {
    // Target tracking makes and removes alarms of its own, and tags none of them.
    byproduct: true,
    bornUntagged: true,
    async tags({ id }, scope) {
      const ResourceARN = arnIn(scope, 'cloudwatch', `alarm:${id}`);
      const answer = await unlessGone(
        cloudwatch.send(new ListTagsForResourceCommand({ ResourceARN })),
        'ResourceNotFoundException',
        'ResourceNotFound',
      );
      return answer && tagsOf(answer.Tags, answer);
    },
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
