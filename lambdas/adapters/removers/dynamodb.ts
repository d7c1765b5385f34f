import { DeleteTableCommand, DynamoDBClient, ListTagsOfResourceCommand } from '@aws-sdk/client-dynamodb';
import { tagsOf } from '../answers.ts';
import { patientConfig } from '../client-config.ts';
import type { Remover } from '../removers.ts';
import { arnIn, unlessGone } from './support.ts';

const dynamodb = new DynamoDBClient(patientConfig);
const GONE = 'ResourceNotFoundException';

export const remover: Remover = {
  table: {
    async tags({ id }, scope) {
      const ResourceArn = arnIn(scope, 'dynamodb', `table/${id}`);
      const answer = await unlessGone(dynamodb.send(new ListTagsOfResourceCommand({ ResourceArn })), GONE);
      return answer && tagsOf(answer.Tags, answer);
    },
    async remove({ id }) {
      await unlessGone(dynamodb.send(new DeleteTableCommand({ TableName: id })), GONE);
    },
  },
};
