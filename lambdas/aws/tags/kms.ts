import { KMSClient, ListResourceTagsCommand } from '@aws-sdk/client-kms';
import { patientConfig } from '../client-config.ts';
import { allItems, nextOf } from '../pages.ts';
import { tagsOf } from '../responses.ts';
import type { TagReaders } from '../tags.ts';
import { unlessGone } from './support.ts';

const kms = new KMSClient(patientConfig);

export const tags: TagReaders = {
  async key({ id }) {
    const all = allItems(
      (Marker) => kms.send(new ListResourceTagsCommand({ KeyId: id, Limit: 50, Marker })),
      (page) => page.Tags,
      (page) => nextOf(page.Truncated, page.NextMarker),
    );
    const found = await unlessGone(all, 'NotFoundException');
    if (!found) return undefined;
    const list = found.map(({ TagKey: Key, TagValue: Value }) => ({ Key, Value }));
    return tagsOf(list, {});
  },
  // An alias cannot have tags.
  alias: async () => ({}),
};
