import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { Candidate, Sweeper } from '../../operations/sweep-service.ts';
import { patientConfig } from '../client-config.ts';
import { absent, pages, present, splitArn } from './support.ts';

const logs = new CloudWatchLogsClient(patientConfig);

export const sweeper: Sweeper = {
  async *list({ request, owns }) {
    // Anywhere in the name: /ecs/…, /aws/rds/instance/…, /aws/ecs/containerinsights/….
    const all = pages(
      (nextToken) => logs.send(new DescribeLogGroupsCommand({ logGroupNamePattern: request.names.prefix, nextToken })),
      (page) => page.nextToken,
    );
    for await (const page of all) {
      for (const { logGroupName: id = '' } of page.logGroups ?? []) {
        if (owns(id)) yield { type: 'log-group', id };
      }
    }
  },
  fromInventory: ({ type, arn, id }) =>
    type === 'aws_cloudwatch_log_group' ? { type: 'log-group', id, ...(arn ? { arn } : {}) } : undefined,
  fromArn,
  async confirm({ id }) {
    const all = pages(
      (nextToken) => logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: id, nextToken })),
      (page) => page.nextToken,
    );
    for await (const page of all) {
      const group = page.logGroups?.find((one) => one.logGroupName === id);
      if (group) return present(`${group.storedBytes ?? 0} bytes stored`);
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
