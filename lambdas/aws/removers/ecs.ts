import {
  DeleteClusterCommand,
  DeleteServiceCommand,
  DeregisterTaskDefinitionCommand,
  ECSClient,
  StopTaskCommand,
} from '@aws-sdk/client-ecs';
import { patientConfig } from '../client-config.ts';
import type { Remover } from '../removers.ts';
import { unlessGone } from '../tags/support.ts';

const ecs = new ECSClient(patientConfig);
const GONE = ['ClusterNotFoundException', 'ServiceNotFoundException', 'ResourceNotFoundException'];

/** The ids are those of the sweep: a cluster's name, `cluster/service`, `cluster/task`, `family:revision`. */
export const remover: Remover = {
  service: {
    async remove({ id }) {
      const [cluster, service] = id.split('/');
      await unlessGone(ecs.send(new DeleteServiceCommand({ cluster, service, force: true })), ...GONE);
    },
  },
  task: {
    byproduct: true,
    async remove({ id, arn }) {
      const [cluster] = id.split('/');
      const reason = 'Its environment is torn down';
      await unlessGone(ecs.send(new StopTaskCommand({ cluster, task: arn ?? id.split('/')[1], reason })), ...GONE);
    },
  },
  cluster: {
    async remove({ id }) {
      await unlessGone(ecs.send(new DeleteClusterCommand({ cluster: id })), ...GONE);
    },
  },
  'task-definition': {
    // Deployments register their own revisions, and a service may run the latest of them.
    byproduct: true,
    async remove({ id }) {
      await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: id }));
    },
  },
};
