import {
  DeleteClusterCommand,
  DeleteServiceCommand,
  DeregisterTaskDefinitionCommand,
  ECSClient,
  ListTagsForResourceCommand,
  StopTaskCommand,
} from '@aws-sdk/client-ecs';
import type { StrayKind } from '../../operations/stray-rules.ts';
import { tagsOf } from '../answers.ts';
import { patientConfig } from '../client-config.ts';
import type { Remover } from '../removers.ts';
import { arnIn, unlessGone } from './support.ts';

const ecs = new ECSClient(patientConfig);
const GONE = ['ClusterNotFoundException', 'ServiceNotFoundException', 'ResourceNotFoundException'];

/** Ids are those of the sweep: a cluster's name, `cluster/service`, `cluster/task`, `family:revision`. */
const tagsBy =
  (type: string): NonNullable<StrayKind['tags']> =>
  async ({ id, arn }, scope) => {
    const resourceArn = arn ?? arnIn(scope, 'ecs', `${type}/${id}`);
    const answer = await unlessGone(ecs.send(new ListTagsForResourceCommand({ resourceArn })), ...GONE);
    return answer && tagsOf(answer.tags, answer);
  };

export const remover: Remover = {
  service: {
    tags: tagsBy('service'),
    async remove({ id }) {
      const [cluster, service] = id.split('/');
      await unlessGone(ecs.send(new DeleteServiceCommand({ cluster, service, force: true })), ...GONE);
    },
  },
  task: {
    byproduct: true,
    tags: tagsBy('task'),
    async remove({ id, arn }) {
      const [cluster] = id.split('/');
      const reason = 'Its environment is torn down';
      await unlessGone(ecs.send(new StopTaskCommand({ cluster, task: arn ?? id.split('/')[1], reason })), ...GONE);
    },
  },
  cluster: {
    tags: tagsBy('cluster'),
    async remove({ id }) {
      await unlessGone(ecs.send(new DeleteClusterCommand({ cluster: id })), ...GONE);
    },
  },
  'task-definition': {
    // Deployments make revisions of their own; a service may run the latest of them.
    byproduct: true,
    tags: tagsBy('task-definition'),
    async remove({ id }) {
      await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: id }));
    },
  },
};
