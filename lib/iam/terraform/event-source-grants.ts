import type { Construct } from 'constructs';
import { arn } from '../../names.ts';
import type { Grant } from '../role.ts';

const BY_FUNCTION = 'Lambda gives its mappings ids, not names; the condition on their function is what limits this.';
const BY_TAG = 'Lambda gives its mappings ids, not names; the condition on the tag "project" is what limits this.';

/**
 * Event source mappings of the functions of environments, by `lambda:FunctionArn`:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
 * @param name pattern of the names of environments
 */
export function eventSourceGrants(construct: Construct, project: string, name: string): Grant[] {
  const mappings = [arn(construct, 'lambda', 'event-source-mapping:*')];
  const ofOwn = { ArnLike: { 'lambda:FunctionArn': arn(construct, 'lambda', `function:${name}-*`) } };
  const requested = { StringEquals: { 'aws:RequestTag/project': project } };
  const tagged = { StringEquals: { 'aws:ResourceTag/project': project } };
  return [
    {
      // The action knows no resource.
      actions: ['lambda:CreateEventSourceMapping'],
      resources: ['*'],
      conditions: ofOwn,
      wildcardReason: BY_FUNCTION,
    },
    {
      actions: ['lambda:GetEventSourceMapping', 'lambda:UpdateEventSourceMapping', 'lambda:DeleteEventSourceMapping'],
      resources: mappings,
      conditions: ofOwn,
      wildcardReason: BY_FUNCTION,
    },
    {
      actions: ['lambda:TagResource'],
      resources: mappings,
      // A mapping that is being created has no tag yet. A mapping of others may have none either: its tag opens nothing but the tags.
      conditions: { ...requested, Null: { 'aws:ResourceTag/project': 'true' } },
      wildcardReason: BY_TAG,
    },
    {
      actions: ['lambda:TagResource', 'lambda:UntagResource'],
      resources: mappings,
      conditions: tagged,
      wildcardReason: BY_TAG,
    },
    {
      // A destroy reads the tags of a mapping first, also of one that has lost them.
      actions: ['lambda:ListTags'],
      resources: mappings,
      wildcardReason: 'Lambda gives its mappings ids, not names; the action reads tags.',
    },
  ];
}
