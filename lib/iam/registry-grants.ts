import type { Grant } from './role.ts';

/** This module contains the permissions to publish an image, wherever it is built. */

export const LOG_IN: Grant = {
  actions: ['ecr:GetAuthorizationToken'],
  resources: ['*'],
  wildcardReason: 'Logging in to the registry knows no resource.',
};

/** Nothing for a stack without images: IAM has no statement without a resource. @param resources ARNs of repositories */
export function pushGrants(resources: string[], wildcardReason: string): Grant[] {
  return resources.length > 0 ? [LOG_IN, { actions: PUSH_ACTIONS, resources, wildcardReason }] : [];
}

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
