import { DescribeTagsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { patientConfig } from './client-config.ts';
import { pages } from './sweep/support.ts';

const ec2 = new EC2Client(patientConfig);

/** EC2 tells the tags of anything in one way; what does not exist has none. */
export async function resourceTags(id: string): Promise<Record<string, string>> {
  const Filters = [{ Name: 'resource-id', Values: [id] }];
  const all = pages(
    (NextToken) => ec2.send(new DescribeTagsCommand({ Filters, NextToken })),
    (page) => page.NextToken,
  );
  const found: Record<string, string> = {};
  for await (const { Tags = [] } of all) {
    for (const { Key, Value } of Tags) if (Key !== undefined) found[Key] = Value ?? '';
  }
  return found;
}
