import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { patientConfig } from '../client-config.ts';
import type { Remover } from '../removers.ts';
import { unlessGone } from '../tags/support.ts';

const dynamodb = new DynamoDBClient(patientConfig);
const GONE = 'ResourceNotFoundException';

export const remover: Remover = {
  table: {
    async remove({ id }) {
      await unlessGone(dynamodb.send(new DeleteTableCommand({ TableName: id })), GONE);
    },
  },
};
