import { OWNERSHIP_ACTIONS } from './actions.ts';
import { ARCHIVES, defineFunction } from './define.ts';
import { ASKED } from './record-attributes.ts';

export const manifest = defineFunction({
  name: 'claim',
  variables: [
    'ENVIRONMENTS_TABLE',
    'CONTROL_BUCKET',
    'BUNDLE_BUCKET',
    'BUNDLE_KEY',
    'BUNDLE_SHA256',
    'TERRAFORM_PROJECT',
    'IMAGES_PROJECT',
  ],
  timeoutSeconds: 60,
  memoryMb: 256,
  actions: [
    ...OWNERSHIP_ACTIONS,
    'dynamodb:PutItem',
    'states:DescribeExecution',
    'states:StopExecution',
    'codebuild:ListBuildsForProject',
    'codebuild:BatchGetBuilds',
  ],
  // The function reads the bundle from the CDK's bucket, and checks and writes the run's own copy.
  buckets: {
    's3:GetObject': ['bundle', 'control'],
    's3:ListBucket': ['control'],
    's3:PutObject': [{ files: [ARCHIVES, 'runs/*/inputs.tfvars.json'] }],
  },
  record: ASKED,
});
