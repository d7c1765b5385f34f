import { defineFunction } from './define.ts';

export const manifest = defineFunction({
  name: 'check-build',
  variables: ['CHECK', 'WAIT_SECONDS', 'BUILD', 'CONTROL_BUCKET'],
  timeoutSeconds: 120,
  memoryMb: 256,
  // On the project of the check and on its own results: lib/iam/build-check-grants.ts.
  actions: ['codebuild:BatchGetBuilds', 'codebuild:ListBuildsForProject', 'codebuild:StartBuild', 's3:GetObject'],
});
