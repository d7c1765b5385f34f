import type { Grant } from './role.ts';

/** What publishing an image takes, wherever it is built. */

export const LOG_IN: Grant = {
  actions: ['ecr:GetAuthorizationToken'],
  resources: ['*'],
  wildcardReason: 'Logging in to the registry knows no resource.',
};

/** On a repository. Looks for the image first, and moves tags. */
export const PUSH_ACTIONS: readonly string[] = [
  'ecr:BatchCheckLayerAvailability',
  'ecr:BatchGetImage',
  'ecr:CompleteLayerUpload',
  'ecr:DescribeRepositories',
  'ecr:InitiateLayerUpload',
  'ecr:PutImage',
  'ecr:UploadLayerPart',
];
