import { DynamoDBClient, ListTagsOfResourceCommand } from '@aws-sdk/client-dynamodb';
import { tagsOf } from '../answers.ts';
import { patientConfig } from '../client-config.ts';
import type { TagReaders } from '../tags.ts';
import { arnIn, unlessGone } from './support.ts';

const dynamodb = new DynamoDBClient(patientConfig);

export const tags: TagReaders = {
  async table({ id }, scope) {
    const ResourceArn = arnIn(scope, 'dynamodb', `table/${id}`);
    const call = dynamodb.send(new ListTagsOfResourceCommand({ ResourceArn }));
    const answer = await unlessGone(call, 'ResourceNotFoundException');
    return answer && tagsOf(answer.Tags, answer);
  },
};
