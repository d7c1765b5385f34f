import { CloudWatchLogsClient, DeleteLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { patientConfig } from '../client-config.ts';
import type { Remover } from '../removers.ts';
import { unlessGone } from '../tags/support.ts';

const logs = new CloudWatchLogsClient(patientConfig);
const GONE = 'ResourceNotFoundException';

export const remover: Remover = {
  'log-group': {
    // A resource that is still stopping writes its last lines, and thereby creates the group again, without tags.
    byproduct: true,
    bornUntagged: true,
    async remove({ id }) {
      await unlessGone(logs.send(new DeleteLogGroupCommand({ logGroupName: id })), GONE);
    },
  },
};
