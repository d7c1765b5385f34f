import { ECSClient, ListServicesCommand, ListTasksCommand } from '@aws-sdk/client-ecs';
import type { User } from '../../removal/blockers.ts';
import { patientConfig } from '../client-config.ts';
import { eachItem } from '../pages.ts';
import type { Users } from '../users.ts';

const ecs = new ECSClient(patientConfig);

export const users: Users = {
  cluster: async (cluster) => {
    const found: User[] = [];
    const services = eachItem(
      (nextToken: string | undefined) => ecs.send(new ListServicesCommand({ cluster, nextToken })),
      (page) => page.serviceArns,
      (page) => page.nextToken,
    );
    for await (const id of services) found.push({ type: 'service', id });
    const tasks = eachItem(
      (nextToken: string | undefined) => ecs.send(new ListTasksCommand({ cluster, nextToken })),
      (page) => page.taskArns,
      (page) => page.nextToken,
    );
    for await (const id of tasks) found.push({ type: 'task', id });
    return found;
  },
};
