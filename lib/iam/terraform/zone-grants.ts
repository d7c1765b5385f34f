import { Aws } from 'aws-cdk-lib';
import type { Zone } from '../../../lambdas/contracts/zones.ts';
import type { Grant } from '../role.ts';

/**
 * Records of hosted zones that exist, by the zone's id and by the names of the records:
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-rrset-conditions.html
 */
export function zoneGrants(zones: readonly Zone[]): Grant[] {
  if (zones.length === 0) return [];
  const arn = (resource: string) => `arn:${Aws.PARTITION}:route53:::${resource}`;
  return [
    ...zones.map(
      ({ id, records }): Grant => ({
        actions: ['route53:ChangeResourceRecordSets'],
        resources: [arn(`hostedzone/${id}`)],
        conditions: {
          'ForAllValues:StringLike': { 'route53:ChangeResourceRecordSetsNormalizedRecordNames': [...records] },
          // Without this condition, the one above would admit a call without the key.
          Null: { 'route53:ChangeResourceRecordSetsNormalizedRecordNames': 'false' },
        },
      }),
    ),
    {
      actions: ['route53:GetHostedZone', 'route53:ListResourceRecordSets', 'route53:ListTagsForResource'],
      resources: zones.map(({ id }) => arn(`hostedzone/${id}`)),
    },
    {
      actions: ['route53:GetChange'],
      resources: [arn('change/*')],
      wildcardReason: 'Route 53 gives each change an id; the action only reads.',
    },
    {
      actions: ['route53:ListHostedZones', 'route53:ListHostedZonesByName'],
      resources: ['*'],
      wildcardReason: 'A root finds its zone by name; these actions know no resource.',
    },
  ];
}
