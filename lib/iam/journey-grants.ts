import type { Construct } from 'constructs';
import type { Journey } from '../../lambdas/contracts/journeys.ts';
import { arn } from '../names.ts';
import { nameGlob } from './patterns.ts';
import type { Grant } from './role.ts';

const BY_NAME = 'Environments come and go; their log groups and queues are known by the pattern of their names.';

/** Returns what a journey needs: to search its own log groups, and to count the messages of queues of environments. */
export function journeyGrants(construct: Construct, journey: Journey, namePattern: string): Grant[] {
  const { logs, readBack, queue } = journey;
  const name = nameGlob(namePattern);
  const lines = [...logs, readBack.confirmedBy, queue?.deleted].flatMap((one) => (one ? [one.group] : []));
  const groups = [...new Set(lines)].map((group) =>
    arn(construct, 'logs', `log-group:${group.replaceAll('{prefix}', name)}:*`),
  );
  return [
    ...(groups.length > 0 ? [{ actions: ['logs:FilterLogEvents'], resources: groups, wildcardReason: BY_NAME }] : []),
    // Names of resources begin with the prefix of the environment.
    ...(queue
      ? [
          {
            actions: ['sqs:GetQueueAttributes'],
            resources: [arn(construct, 'sqs', `${name.replace(/\*$/, '')}*`)],
            wildcardReason: BY_NAME,
          },
        ]
      : []),
  ];
}
