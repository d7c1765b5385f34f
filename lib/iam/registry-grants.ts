import type { Grant } from './role.ts';

/** This module contains the permissions to publish an image, wherever it is built. */

export const LOG_IN: Grant = {
  actions: ['ecr:GetAuthorizationToken'],
  resources: ['*'],
  wildcardReason: 'Logging in to the registry knows no resource.',
};

/** These actions are granted on a repository. A push first reads the image, and moves tags. */
export const PUSH_ACTIONS: readonly string[] = [
  'ecr:BatchCheckLayerAvailability',
  'ecr:BatchGetImage',
  'ecr:CompleteLayerUpload',
  'ecr:DescribeRepositories',
  'ecr:InitiateLayerUpload',
  'ecr:PutImage',
  'ecr:UploadLayerPart',
];
