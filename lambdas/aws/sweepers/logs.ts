import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { Candidate, Sweeper } from '../../sweep/sweep-service.ts';
import { patientConfig } from '../client-config.ts';
import { eachItem } from '../pages.ts';
import { textOf } from '../responses.ts';
import { absent, present, splitArn } from './support.ts';

const logs = new CloudWatchLogsClient(patientConfig);

export const sweeper: Sweeper = {
  async *list({ request, owns }) {
    // Anywhere in the name: /ecs/…, /aws/rds/instance/…, /aws/ecs/containerinsights/….
    const all = eachItem(
      (nextToken) => logs.send(new DescribeLogGroupsCommand({ logGroupNamePattern: request.names.prefix, nextToken })),
      (page) => page.logGroups,
      (page) => page.nextToken,
    );
    for await (const { logGroupName } of all) {
      const id = textOf(logGroupName, 'the name of a log group');
      if (owns(id)) yield { type: 'log-group', id };
    }
  },
  fromInventory: ({ type, arn, id }) =>
    type === 'aws_cloudwatch_log_group' ? { type: 'log-group', id, ...(arn ? { arn } : {}) } : undefined,
  fromArn,
  async confirm({ id }) {
    // The names that begin with it, so others may be among them.
    const all = eachItem(
      (nextToken) => logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: id, nextToken })),
      (page) => page.logGroups,
      (page) => page.nextToken,
    );
    for await (const { logGroupName, storedBytes } of all) {
      if (textOf(logGroupName, 'the name of a log group') === id) return present(`${storedBytes ?? 0} bytes stored`);
    }
    return absent('not listed');
  },
};

/** `log-group:<name>`, and sometimes `:*` behind it. */
function fromArn(arn: string): Candidate | undefined {
  const { resource } = splitArn(arn);
  if (!resource.startsWith('log-group:')) return undefined;
  return { type: 'log-group', id: resource.slice('log-group:'.length).replace(/:\*$/, ''), arn };
}
