import { StateError } from '../errors.ts';
import { isObject, type JsonObject } from '../json.ts';
import { type Integration, type TaskCall, uninterrupted } from './integration.ts';

const options = { optimized: 'CodeBuild', times: 'epoch-milliseconds' } as const;

/** The integration is `arn:aws:states:::codebuild:startBuild`. */
export const startBuild: Integration = async (call) => {
  const { result, metadata } = await call.aws.call('codebuild', 'startBuild', call.arguments, call.signal, options);
  return { ...result, ...metadata };
};

/**
 * The integration is `arn:aws:states:::codebuild:startBuild.sync`. It returns `{Build}` once the build has succeeded.
 */
export const startBuildSync: Integration = async (call) => {
  const { result } = await call.aws.call('codebuild', 'startBuild', call.arguments, uninterrupted(), options);
  const id = String(isObject(result.Build) ? result.Build.Id : '');
  call.onInterrupt(() => call.aws.call('codebuild', 'stopBuild', { Id: id }, uninterrupted(), options));
  call.submitted(result);
  const build = await ended(call, id);
  if (build.BuildStatus === 'SUCCEEDED') return { Build: build };
  throw new StateError('States.TaskFailed', JSON.stringify({ Build: build }));
};

async function ended(call: TaskCall, id: string): Promise<JsonObject> {
  for (;;) {
    const { result } = await call.aws.call('codebuild', 'batchGetBuilds', { Ids: [id] }, call.signal, options);
    const [build] = Array.isArray(result.Builds) ? result.Builds : [];
    if (!isObject(build)) throw new StateError('CodeBuild.AWSCodeBuildException', `Build ${id} is not there any more`);
    if (build.BuildComplete === true || build.BuildStatus !== 'IN_PROGRESS') return build;
    await call.pause((event) => event.source === 'aws.codebuild' && JSON.stringify(event.detail).includes(id));
  }
}
