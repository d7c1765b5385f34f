import type { Construct } from 'constructs';
import { arn } from '../../names.ts';
import type { Grant } from '../role.ts';
import { BY_NAME, expandActions } from './expand-actions.ts';

const BY_TAG = 'KMS gives its keys ids, not names; the condition on the tag "project" is what limits this.';

/**
 * Customer managed keys, which carry, or are being given, the project's tag, and their aliases.
 * @param name pattern of the names of environments
 */
export function keyGrants(construct: Construct, project: string, name: string): Grant[] {
  const keys = [arn(construct, 'kms', 'key/*')];
  const requested = { StringEquals: { 'aws:RequestTag/project': project } };
  const tagged = { StringEquals: { 'aws:ResourceTag/project': project } };
  const aliases = expandActions('kms', { Create: ['Alias'], Update: ['Alias'], Delete: ['Alias'] });
  return [
    { actions: ['kms:CreateKey'], resources: ['*'], conditions: requested, wildcardReason: BY_TAG },
    {
      actions: ['kms:TagResource'],
      resources: keys,
      // CreateKey asks for this on a key that has neither yet. A key that has either may be a stranger's, and its tag would open all of the below.
      // https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html
      conditions: { ...requested, Null: { 'aws:ResourceTag/project': 'true', 'kms:ResourceAliases': 'true' } },
      wildcardReason: BY_TAG,
    },
    {
      actions: [
        ...expandActions('kms', {
          Describe: ['Key'],
          Get: ['KeyPolicy', 'KeyRotationStatus'],
          List: ['ResourceTags'],
          Put: ['KeyPolicy'],
          Update: ['KeyDescription'],
          Enable: ['Key', 'KeyRotation'],
          Disable: ['Key', 'KeyRotation'],
          Schedule: ['KeyDeletion'],
          Untag: ['Resource'],
        }),
        'kms:TagResource',
        // Each is asked for on the key and on the alias: https://docs.aws.amazon.com/kms/latest/developerguide/alias-access.html
        ...aliases,
      ],
      resources: keys,
      conditions: tagged,
      wildcardReason: BY_TAG,
    },
    { actions: aliases, resources: [arn(construct, 'kms', `alias/${name}-*`)], wildcardReason: BY_NAME },
    { actions: ['kms:ListAliases'], resources: ['*'], wildcardReason: 'The action only reads, and knows no resource.' },
  ];
}
