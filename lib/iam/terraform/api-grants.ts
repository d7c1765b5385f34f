import { Aws } from 'aws-cdk-lib';
import type { Grant } from '../role.ts';

const BY_TAG = 'API Gateway gives its APIs ids, not names; the condition on the tag "project" is what limits this.';

/**
 * HTTP, WebSocket and REST APIs and their parts, by the project's tag. No condition limits whose tags a call to
 * `/tags/…` changes, so the set has none of these calls but the one that reads:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagementv2.html
 */
export function apiGrants(project: string): Grant[] {
  const at = (path: string) => `arn:${Aws.PARTITION}:apigateway:${Aws.REGION}::${path}`;
  return [
    {
      actions: ['apigateway:POST'],
      resources: [at('/apis'), at('/restapis')],
      conditions: { StringEquals: { 'aws:RequestTag/project': project } },
    },
    {
      actions: ['apigateway:GET', 'apigateway:POST', 'apigateway:PUT', 'apigateway:PATCH', 'apigateway:DELETE'],
      resources: [at('/apis/*'), at('/restapis/*')],
      conditions: { StringEquals: { 'aws:ResourceTag/project': project } },
      wildcardReason: BY_TAG,
    },
    {
      actions: ['apigateway:GET'],
      resources: [at('/tags/*')],
      wildcardReason: 'The action only reads the tags of APIs.',
    },
  ];
}
