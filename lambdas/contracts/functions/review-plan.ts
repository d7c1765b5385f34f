import { reviewedRequest } from '../payloads/plan.ts';
import { OWNERSHIP_ACTIONS } from './actions.ts';
import { defineFunction } from './define.ts';
import { ASKED } from './record-attributes.ts';

export const manifest = defineFunction({
  name: 'review-plan',
  request: reviewedRequest,
  variables: [
    'ENVIRONMENTS_TABLE',
    'CONTROL_BUCKET',
    'PROJECT',
    'MAX_DELETIONS',
    'ACCEPTED_RISKS',
    'TERRAFORM_ROLE_ARN',
  ],
  // A plan with several resource types takes several requests to IAM, which takes about a second for each and
  // throttles.
  timeoutSeconds: 50,
  memoryMb: 256,
  actions: ['iam:SimulatePrincipalPolicy', ...OWNERSHIP_ACTIONS],
  buckets: { 's3:GetObject': ['control'] },
  record: ASKED,
});
