import { DescribeTagsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { patientConfig } from './client-config.ts';
import { eachItem } from './pages.ts';
import { textOf } from './responses.ts';

const ec2 = new EC2Client(patientConfig);

/** Returns the tags of an EC2 resource of any kind. A resource that does not exist has no tags. */
export async function resourceTags(id: string): Promise<Record<string, string>> {
  const Filters = [{ Name: 'resource-id', Values: [id] }];
  const all = eachItem(
    (NextToken) => ec2.send(new DescribeTagsCommand({ Filters, NextToken })),
    (page) => page.Tags,
    (page) => page.NextToken,
  );
  const found: Record<string, string> = {};
  for await (const { Key, Value } of all) found[textOf(Key, `the key of a tag of ${id}`)] = Value ?? '';
  return found;
}
