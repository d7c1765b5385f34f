import { ECSClient, ListTagsForResourceCommand } from '@aws-sdk/client-ecs';
import { patientConfig } from '../client-config.ts';
import { tagsOf } from '../responses.ts';
import type { TagReader, TagReaders } from '../tags.ts';
import { arnIn, unlessGone } from './support.ts';

const ecs = new ECSClient(patientConfig);
const GONE = ['ClusterNotFoundException', 'ServiceNotFoundException', 'ResourceNotFoundException'];

/**
 * Returns the tag reader of a type. The ids are those of the sweep: a cluster's name, `cluster/service`,
 * `cluster/task`, `family:revision`.
 */
const of =
  (type: string): TagReader =>
  async ({ id, arn }, scope) => {
    const resourceArn = arn ?? arnIn(scope, 'ecs', `${type}/${id}`);
    const response = await unlessGone(ecs.send(new ListTagsForResourceCommand({ resourceArn })), ...GONE);
    return response && tagsOf(response.tags, response);
  };

export const tags: TagReaders = {
  cluster: of('cluster'),
  service: of('service'),
  task: of('task'),
  'task-definition': of('task-definition'),
};
