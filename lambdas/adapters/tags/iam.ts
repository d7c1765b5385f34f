import {
  IAMClient,
  ListInstanceProfileTagsCommand,
  ListPolicyTagsCommand,
  ListRoleTagsCommand,
} from '@aws-sdk/client-iam';
import { tagsOf } from '../answers.ts';
import { patientConfig } from '../client-config.ts';
import type { TagReaders } from '../tags.ts';
import { unlessGone } from './support.ts';

const iam = new IAMClient(patientConfig);
const GONE = ['NoSuchEntityException', 'NoSuchEntity'];
/** More than IAM allows. */
const ALL = { MaxItems: 100 };

export const tags: TagReaders = {
  async role({ id }) {
    const answer = await unlessGone(iam.send(new ListRoleTagsCommand({ RoleName: id, ...ALL })), ...GONE);
    return answer && tagsOf(answer.Tags, answer);
  },
  async policy({ id }) {
    const answer = await unlessGone(iam.send(new ListPolicyTagsCommand({ PolicyArn: id, ...ALL })), ...GONE);
    return answer && tagsOf(answer.Tags, answer);
  },
  async 'instance-profile'({ id }) {
    const call = iam.send(new ListInstanceProfileTagsCommand({ InstanceProfileName: id, ...ALL }));
    const answer = await unlessGone(call, ...GONE);
    return answer && tagsOf(answer.Tags, answer);
  },
};
