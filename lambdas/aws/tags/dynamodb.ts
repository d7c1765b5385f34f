import { DynamoDBClient, ListTagsOfResourceCommand } from '@aws-sdk/client-dynamodb';
import { patientConfig } from '../client-config.ts';
import { allItems } from '../pages.ts';
import { tagsOf } from '../responses.ts';
import type { TagReaders } from '../tags.ts';
import { arnIn, unlessGone } from './support.ts';

const dynamodb = new DynamoDBClient(patientConfig);

export const tags: TagReaders = {
  async table({ id }, scope) {
    const ResourceArn = arnIn(scope, 'dynamodb', `table/${id}`);
    const all = allItems(
      (NextToken) => dynamodb.send(new ListTagsOfResourceCommand({ ResourceArn, NextToken })),
      (page) => page.Tags,
      (page) => page.NextToken,
    );
    const found = await unlessGone(all, 'ResourceNotFoundException');
    return found && tagsOf(found, {});
  },
};
