import { KMSClient, ListResourceTagsCommand } from '@aws-sdk/client-kms';
import { listOf, tagsOf } from '../answers.ts';
import { patientConfig } from '../client-config.ts';
import type { TagReaders } from '../tags.ts';
import { unlessGone } from './support.ts';

const kms = new KMSClient(patientConfig);

export const tags: TagReaders = {
  async key({ id }) {
    const call = kms.send(new ListResourceTagsCommand({ KeyId: id, Limit: 50 }));
    const answer = await unlessGone(call, 'NotFoundException');
    if (!answer) return undefined;
    const list = listOf(answer.Tags, answer).map(({ TagKey: Key, TagValue: Value }) => ({ Key, Value }));
    return tagsOf(list, answer);
  },
  // An alias can have none.
  alias: async () => ({}),
};
