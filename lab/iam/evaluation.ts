import { createValidatedPolicy, validateResourcePolicy, validateTrustPolicy } from '@cloud-copilot/iam-policy';
import { runUnsafeSimulation } from '@cloud-copilot/iam-simulate';
import type { Access, Place } from './access.ts';
import type { RolePolicies } from './policies.ts';

/** No pattern of a policy spells out this name. */
const ANY = 'any~resource';

/** Returns IAM's decision, for a call that is made and for one that is only simulated. */
export function isAllowed(
  { accountId, region }: Place,
  principal: string,
  policies: RolePolicies,
  { action, context = {}, trust }: Omit<Access, 'resources'>,
  resource: string,
): boolean {
  const result = runUnsafeSimulation(
    {
      request: {
        principal,
        action,
        // A list of all applies to any resource, so a grant on some names does not cover it.
        resource: { resource: resource.replaceAll('*', ANY), accountId },
        contextVariables: {
          'aws:PrincipalArn': principal,
          'aws:PrincipalAccount': accountId,
          'aws:RequestedRegion': region,
          'aws:SecureTransport': 'true',
          ...context,
        },
      },
      identityPolicies: policies.identity,
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(action.startsWith('kms:') ? { resourcePolicy: keyPolicy(accountId) } : {}),
      ...(trust ? { resourcePolicy: createValidatedPolicy(trust, validateTrustPolicy, { name: 'trust' }) } : {}),
      ...(policies.boundary ? { permissionBoundaryPolicies: policies.boundary } : {}),
    },
    {},
  );
  return result === 'Allowed';
}

/** A key's own policy decides first; that of AWS's managed keys leaves the decision to the account. */
function keyPolicy(accountId: string) {
  const Principal = { AWS: `arn:aws:iam::${accountId}:root` };
  const Statement = [{ Effect: 'Allow', Principal, Action: 'kms:*', Resource: '*' }];
  return createValidatedPolicy({ Version: '2012-10-17', Statement }, validateResourcePolicy, { name: 'key policy' });
}
