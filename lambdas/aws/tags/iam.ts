import {
  IAMClient,
  ListInstanceProfileTagsCommand,
  ListPolicyTagsCommand,
  ListRoleTagsCommand,
  type Tag,
} from '@aws-sdk/client-iam';
import { patientConfig } from '../client-config.ts';
import { allItems, nextOf } from '../pages.ts';
import { tagsOf } from '../responses.ts';
import type { TagReaders } from '../tags.ts';
import { unlessGone } from './support.ts';

const iam = new IAMClient(patientConfig);
const GONE = ['NoSuchEntityException', 'NoSuchEntity'];

interface Page {
  Tags: Tag[] | undefined;
  IsTruncated?: boolean | undefined;
  Marker?: string | undefined;
}

/**
 * Reads all pages. IAM may end a page before its limit:
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoleTags.html
 */
async function all(fetch: (Marker: string | undefined) => Promise<Page>) {
  const list = allItems(
    fetch,
    (page) => page.Tags,
    (page) => nextOf(page.IsTruncated, page.Marker),
  );
  const found = await unlessGone(list, ...GONE);
  return found && tagsOf(found, {});
}

export const tags: TagReaders = {
  role: ({ id }) => all((Marker) => iam.send(new ListRoleTagsCommand({ RoleName: id, Marker }))),
  policy: ({ id }) => all((Marker) => iam.send(new ListPolicyTagsCommand({ PolicyArn: id, Marker }))),
  'instance-profile': ({ id }) =>
    all((Marker) => iam.send(new ListInstanceProfileTagsCommand({ InstanceProfileName: id, Marker }))),
};
