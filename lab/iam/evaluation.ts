import { createValidatedPolicy, validateResourcePolicy, validateTrustPolicy } from '@cloud-copilot/iam-policy';
import { runUnsafeSimulation } from '@cloud-copilot/iam-simulate';
import type { Access, Place } from './access.ts';
import { actionPattern, type Policy, type RolePolicies, type Statement, statementsOf } from './policies.ts';

/** No pattern of a policy spells out this name. */
const ANY = 'any~resource';

/** Policies with the statements alone that may speak of an action. The simulation reads all that it is given, each time. */
const relevant = new WeakMap<readonly Policy[], Map<string, Policy[]>>();

function about(action: string, policies: readonly Policy[]): Policy[] {
  const known = relevant.get(policies) ?? new Map<string, Policy[]>();
  relevant.set(policies, known);
  const mine =
    known.get(action) ??
    policies.map((one) => {
      const Statement = statementsOf([one]).filter((statement) => speaksOf(action, statement));
      return { ...one, policy: { ...one.policy, Statement } };
    });
  known.set(action, mine);
  return mine;
}

function speaksOf(action: string, { Action }: Statement): boolean {
  return Action === undefined || [Action].flat().some((pattern) => actionPattern(pattern).test(action));
}

/** What IAM decides: of a call that is made, and of one that is only simulated. */
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
      identityPolicies: about(action, policies.identity),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(action.startsWith('kms:') ? { resourcePolicy: keyPolicy(accountId) } : {}),
      ...(trust ? { resourcePolicy: createValidatedPolicy(trust, validateTrustPolicy, { name: 'trust' }) } : {}),
      ...(policies.boundary ? { permissionBoundaryPolicies: about(action, policies.boundary) } : {}),
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
