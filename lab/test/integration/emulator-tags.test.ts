import {
  CreateTagsCommand,
  CreateVpcCommand,
  DeleteTagsCommand,
  DescribeTagsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { beforeAll, expect, test } from 'vitest';
import { useLab } from '../support/use-lab.ts';

const lab = useLab();
let ec2: EC2Client;
const ids: string[] = [];

beforeAll(async () => {
  ec2 = new EC2Client(lab.context.client);
  for (const name of ['one', 'other']) {
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
    ids.push(Vpc?.VpcId ?? '');
    const Tags = [
      { Key: 'name', Value: name },
      { Key: 'project', Value: 'p' },
    ];
    await ec2.send(new CreateTagsCommand({ Resources: ids.slice(-1), Tags }));
  }
});

async function tagsOf(...Values: string[]): Promise<string[]> {
  const { Tags = [] } = await ec2.send(new DescribeTagsCommand({ Filters: [{ Name: 'resource-id', Values }] }));
  return Tags.map(({ ResourceId, ResourceType, Key, Value }) => `${ResourceId} ${ResourceType} ${Key}=${Value}`).sort();
}

test('the tags of one resource are those that a list and a pattern have', async () => {
  const [one = '', other = ''] = ids;
  const expected = [`${one} vpc name=one`, `${one} vpc project=p`];
  expect(await tagsOf(one)).toEqual(expected);
  expect(await tagsOf(`${one.slice(0, -1)}?`)).toEqual(expected);
  expect(await tagsOf(`${one}*`)).toEqual(expected);
  expect(await tagsOf(one, 'vpc-0')).toEqual(expected);
  expect(await tagsOf(one, other)).toHaveLength(4);
  expect(await tagsOf(one.slice(0, -1))).toEqual([]);
  expect(await tagsOf(one.toUpperCase())).toEqual([]);
});

test('what is changed is what the next call has', async () => {
  const [, other = ''] = ids;
  await ec2.send(new DeleteTagsCommand({ Resources: [other], Tags: [{ Key: 'project' }] }));
  expect(await tagsOf(other)).toEqual([`${other} vpc name=other`]);
});
