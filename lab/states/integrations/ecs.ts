import { StateError } from '../errors.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { type Integration, type TaskCall, uninterrupted } from './integration.ts';

const options = { optimized: 'ECS', times: 'epoch-milliseconds' } as const;

/** The integration is `arn:aws:states:::ecs:runTask`. */
export const runTask: Integration = async (call) => {
  const { result, metadata } = await start(call);
  return { ...result, ...metadata };
};

/**
 * The integration is `arn:aws:states:::ecs:runTask.sync`. It returns the stopped task, if all its essential containers
 * exited with 0.
 */
export const runTaskSync: Integration = async (call) => {
  const { result, metadata } = await start(call);
  const [started] = Array.isArray(result.Tasks) ? result.Tasks : [];
  if (!isObject(started)) throw new StateError('AmazonECS.Unknown', JSON.stringify(result.Failures ?? []));
  const task = { Cluster: started.ClusterArn ?? null, Task: started.TaskArn ?? null };
  call.onInterrupt(() =>
    call.aws.call('ecs', 'stopTask', { ...task, Reason: 'Interrupted' }, uninterrupted(), options),
  );
  call.submitted({ ...result, ...metadata });
  const stopped = await ended(call, task);
  const containers = Array.isArray(stopped.Containers) ? stopped.Containers : [];
  if (containers.every((container) => isObject(container) && container.ExitCode === 0)) return stopped;
  throw new StateError('States.TaskFailed', JSON.stringify(stopped));
};

async function start(call: TaskCall) {
  const response = await call.aws.call('ecs', 'runTask', call.arguments, uninterrupted(), options);
  const { Failures: failures, Tasks: tasks } = response.result;
  const none = !Array.isArray(tasks) || tasks.length === 0;
  if (none) throw new StateError('AmazonECS.Unknown', JSON.stringify(failures ?? []));
  return response;
}

async function ended(call: TaskCall, { Cluster, Task }: { Cluster: Json; Task: Json }): Promise<JsonObject> {
  for (;;) {
    const parameters = { Cluster, Tasks: [Task] };
    const { result } = await call.aws.call('ecs', 'describeTasks', parameters, call.signal, options);
    const [task] = Array.isArray(result.Tasks) ? result.Tasks : [];
    if (!isObject(task)) throw new StateError('AmazonECS.Unknown', `Task ${String(Task)} is not there any more`);
    if (task.LastStatus === 'STOPPED') return task;
    await call.pause(({ source, resources }) => source === 'aws.ecs' && resources.includes(String(Task)));
  }
}
