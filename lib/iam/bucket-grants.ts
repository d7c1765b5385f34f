import { Aws } from 'aws-cdk-lib';
import type { Bucket, Manifest } from '../../lambdas/contracts/functions/define.ts';
import type { FunctionScope } from './function-grants.ts';
import { nameGlob, stateBuckets, stateObjects } from './patterns.ts';
import type { Grant } from './role.ts';

const OBJECT_ACTIONS = new Set(['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:DeleteObjectVersion']);

/** @throws {Error} naming an action for which the manifest has no bucket */
export function bucketGrants({ name, actions, buckets: meant }: Manifest, scope: FunctionScope): Grant[] {
  return actions
    .filter((action) => action.startsWith('s3:'))
    .map((action) => {
      const buckets = meant?.[action];
      if (!buckets) throw new Error(`the manifest of ${name} has no bucket for ${action}`);
      const resources = buckets.flatMap((bucket) => resourcesOf(bucket, action, scope));
      return {
        actions: [action],
        resources: resources.length > 0 ? resources : ['*'],
        wildcardReason:
          'Objects of environments and runs, and the state buckets of environments, are known by their pattern.',
      };
    });
}

function resourcesOf(bucket: Bucket, action: string, scope: FunctionScope): string[] {
  const objects = OBJECT_ACTIONS.has(action);
  if (typeof bucket === 'object' && 'keys' in bucket) return bucket.keys.map((key) => scope.bucket.arnForObjects(key));
  if (typeof bucket === 'object') {
    return bucket.files.map((file) => scope.bucket.arnForObjects(`environments/*/${file}`));
  }
  const state = stateBuckets(scope);
  // A sweep reads a backend of any name, and nothing deletes it.
  const kept = typeof scope.keepBackend === 'object' && !action.startsWith('s3:Delete') ? [state] : [];
  if (bucket === 'named') return [`arn:${Aws.PARTITION}:s3:::${nameGlob(scope.namePattern)}-*`, ...kept];
  if (bucket === 'state') return [objects ? stateObjects(scope) : state];
  if (bucket === 'bundle') return [scope.bundle.bucket.arnForObjects(scope.bundle.key)];
  return [objects ? scope.bucket.arnForObjects('environments/*') : scope.bucket.bucketArn];
}
