import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { Candidate, Sweeper } from '../../sweep/sweep-service.ts';
import { patientConfig } from '../client-config.ts';
import { eachItem } from '../pages.ts';
import { textOf } from '../responses.ts';
import { absent, present, splitArn } from './support.ts';

const logs = new CloudWatchLogsClient(patientConfig);

export const sweeper: Sweeper = {
  async *list({ request, owns }) {
    // The prefix may be anywhere in the name: /ecs/…, /aws/rds/instance/…, /aws/ecs/containerinsights/….
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
    // The response contains all names with this prefix, so it may contain other groups.
    const all = eachItem(
      (nextToken) => logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: id, nextToken })),
      (page) => page.logGroups,
      (page) => page.nextToken,
    );
    for await (const { logGroupName, storedBytes, creationTime } of all) {
      if (textOf(logGroupName, 'the name of a log group') === id)
        return present(`${storedBytes ?? 0} bytes stored`, creationTime);
    }
    return absent('not listed');
  },
};

/** Returns the candidate of an ARN, which has `log-group:<name>`, and sometimes `:*` after it. */
function fromArn(arn: string): Candidate | undefined {
  const { resource } = splitArn(arn);
  if (!resource.startsWith('log-group:')) return undefined;
  return { type: 'log-group', id: resource.slice('log-group:'.length).replace(/:\*$/, ''), arn };
}
