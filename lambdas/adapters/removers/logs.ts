import {
  CloudWatchLogsClient,
  DeleteLogGroupCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { mapOf } from '../answers.ts';
import { patientConfig } from '../client-config.ts';
import type { Remover } from '../removers.ts';
import { arnIn, unlessGone } from './support.ts';

const logs = new CloudWatchLogsClient(patientConfig);
const GONE = 'ResourceNotFoundException';

export const remover: Remover = {
  'log-group': {
    // Whatever still stops writes its last lines, and thereby makes the group again, without tags.
    byproduct: true,
    bornUntagged: true,
    async tags({ id }, scope) {
      const resourceArn = arnIn(scope, 'logs', `log-group:${id}`);
      const answer = await unlessGone(logs.send(new ListTagsForResourceCommand({ resourceArn })), GONE);
      return answer && mapOf(answer.tags, answer);
    },
    async remove({ id }) {
      await unlessGone(logs.send(new DeleteLogGroupCommand({ logGroupName: id })), GONE);
    },
  },
};
