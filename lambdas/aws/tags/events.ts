import { EventBridgeClient, ListTagsForResourceCommand } from '@aws-sdk/client-eventbridge';
import { patientConfig } from '../client-config.ts';
import { tagsOf } from '../responses.ts';
import type { TagReaders } from '../tags.ts';
import { arnIn, unlessGone } from './support.ts';

const events = new EventBridgeClient(patientConfig);

export const tags: TagReaders = {
  async rule({ id }, scope) {
    const ResourceARN = arnIn(scope, 'events', `rule/${id}`);
    const call = events.send(new ListTagsForResourceCommand({ ResourceARN }));
    const response = await unlessGone(call, 'ResourceNotFoundException');
    return response && tagsOf(response.Tags, response);
  },
};
