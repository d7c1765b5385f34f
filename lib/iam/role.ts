import { Aws, Stack, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { flattenCfnReference } from 'cdk-nag/lib/utils/flatten-cfn-reference.js';
import type { Construct } from 'constructs';

/** A grant is one permission of a role. */
export interface Grant {
  /** `Deny` overrides every permission, also of another policy. The default is `Allow`. */
  effect?: 'Allow' | 'Deny';
  actions: readonly string[];
  resources: readonly string[];
  conditions?: Record<string, Record<string, unknown>>;
  /**
   * The reason explains a wildcard in an action or a resource. It is required for a wildcard, and is recorded for
   * cdk-nag.
   */
  wildcardReason?: string;
}

export interface LeastPrivilegeRoleProps {
  service: string;
  description: string;
  grants: readonly Grant[];
  /** The conditions limit who may assume the role, and protect against a confused deputy. */
  assumeConditions?: Record<string, Record<string, unknown>>;
}

/**
 * The role has exactly the permissions that are written here, and none that a construct library would add. Its policies
 * are inline, so they exist before anything uses the role.
 */
export class LeastPrivilegeRole extends iam.Role {
  /** This role is for constructs that would otherwise add their own statements. */
  readonly immutable: iam.IRole;

  constructor(scope: Construct, id: string, props: LeastPrivilegeRoleProps) {
    const principal = new iam.ServicePrincipal(props.service);
    super(scope, id, {
      assumedBy: props.assumeConditions ? principal.withConditions(props.assumeConditions) : principal,
      description: props.description,
      inlinePolicies: { grants: document(props.grants) },
    });
    acknowledgeWildcards(this, props.grants);
    this.immutable = this.withoutPolicyUpdates();
  }
}

export function document(grants: readonly Grant[]): iam.PolicyDocument {
  return new iam.PolicyDocument({
    statements: grants.map(
      (grant) =>
        new iam.PolicyStatement({
          effect: grant.effect === 'Deny' ? iam.Effect.DENY : iam.Effect.ALLOW,
          actions: [...grant.actions],
          resources: [...grant.resources],
          ...(grant.conditions ? { conditions: grant.conditions } : {}),
        }),
    ),
  });
}

/**
 * The condition prevents a service from using a role on behalf of another account. Step Functions and CodeBuild
 * document it for service roles. Lambda does not, and a role is passed only within one account.
 */
export const THIS_ACCOUNT_ONLY = { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } };

/** @throws {Error} for a wildcard without a reason */
export function acknowledgeWildcards(scope: Construct, grants: readonly Grant[]): void {
  for (const grant of grants) {
    const findings = [
      ...grant.actions.map((action) => `Action::${action}`),
      ...grant.resources.map((resource) => `Resource::${flattenCfnReference(Stack.of(scope).resolve(resource))}`),
    ].filter((finding) => finding.includes('*'));
    if (findings.length === 0) continue;
    const reason = grant.wildcardReason;
    if (!reason) throw new Error(`${scope.node.path}: no reason is given for ${findings.join(', ')}`);
    Validations.of(scope).acknowledge(...findings.map((finding) => ({ id: `AwsSolutions-IAM5[${finding}]`, reason })));
  }
}
