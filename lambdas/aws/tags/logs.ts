import { CloudWatchLogsClient, ListTagsForResourceCommand } from '@aws-sdk/client-cloudwatch-logs';
import { patientConfig } from '../client-config.ts';
import { mapOf } from '../responses.ts';
import type { TagReaders } from '../tags.ts';
import { arnIn, unlessGone } from './support.ts';

const logs = new CloudWatchLogsClient(patientConfig);

export const tags: TagReaders = {
  async 'log-group'({ id }, scope) {
    const resourceArn = arnIn(scope, 'logs', `log-group:${id}`);
    const call = logs.send(new ListTagsForResourceCommand({ resourceArn }));
    const response = await unlessGone(call, 'ResourceNotFoundException');
    return response && mapOf(response.tags, response);
  },
};
