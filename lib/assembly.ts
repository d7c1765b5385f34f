import { Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** Returns the folder that the synthesis writes to. */
export function assemblyOf(scope: Construct): string {
  const stage = Stage.of(scope);
  if (!stage) throw new Error(`${scope.node.path} is not part of an app`);
  return stage.outdir;
}
