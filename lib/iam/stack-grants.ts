import { Aws } from 'aws-cdk-lib';
import * as z from 'zod';
import { nameGlob } from './patterns.ts';
import type { Grant } from './role.ts';

/**
 * This module limits what a team may grant to its own Terraform root and checks: no permissions on identities, and none
 * beyond its environments.
 */

const LISTS = /^[a-z0-9-]+:(Describe|List)/;
/**
 * A role that may create or assume another role has every permission. The set `roles` contains what a root needs of
 * these actions.
 */
const IDENTITY = /^(iam|sts|sso|organizations|account):/;

const action = z
  .string()
  .regex(/^[a-z0-9-]+:[A-Z][A-Za-z]+$/, 'must be an action such as "s3:PutObject", without "*"')
  .refine((name) => !IDENTITY.test(name), 'must not be about identity: a root that makes roles uses "roles"');

/** There is no wildcard before the environment's prefix, so the prefix limits the ARN. */
const OWN = /^arn:\{partition\}:[a-z0-9-]+:(\{region\})?:(\{account\})?:[\w/.:-]*\{prefix\}([\w/.:*-]|\{account\})*$/;

/** Parameters of AWS, which everybody may read. */
const PUBLIC = /^arn:\{partition\}:ssm:\{region\}::parameter\/aws\/service\/[\w/.*-]+$/;

const resource = z
  .string()
  .refine(
    (text) => text === '*' || OWN.test(text) || PUBLIC.test(text),
    'must be an ARN of environments, such as "arn:{partition}:s3:::{prefix}-documents-{account}", or "*"',
  );

const shape = {
  actions: z.array(action).min(1),
  resources: z.array(resource).min(1),
  /** The reason is for people who review the grant. */
  reason: z.string().min(10, 'must be a sentence for whoever reviews it').max(256),
};
const readsAll = ({ actions, resources }: { actions: string[]; resources: string[] }) =>
  !resources.includes('*') || actions.every((name) => LISTS.test(name));
const READS_ALL = { path: ['resources'], error: 'may be "*" only for actions that describe or list' };

export const stackGrant = z.strictObject(shape).refine(readsAll, READS_ALL);

/**
 * Services that name their resources by ids, and of which the runbook deploys none. A grant on their resources
 * reaches those of others in the account.
 */
const UNNAMED: readonly string[] = [
  ...['acm', 'apigateway', 'cloudfront', 'cognito-idp', 'ec2', 'elasticfilesystem', 'route53', 'wafv2'],
];
const ANY_ID = /^arn:\{partition\}:([a-z0-9-]+):(\{region\})?:(\{account\})?:\/?[a-z][a-z-]+\/[\w/.:*-]+$/;
const ofUnnamed = (text: string) => UNNAMED.includes(ANY_ID.exec(text)?.[1] ?? '');

/** A permission that no name, tag or id limits. Only the Terraform root may have one. */
const wideGrant = z.strictObject({
  ...shape,
  resources: z
    .array(
      z
        .string()
        .refine(
          ofUnnamed,
          `must be an ARN such as "arn:{partition}:cloudfront::{account}:origin-access-control/*", of one of ${UNNAMED.join(', ')}`,
        ),
    )
    .min(1),
  /** The resources of others in the account are reached, too. */
  reachesOthers: z.literal(true),
});
export const rootGrant = z.union([stackGrant, wideGrant]);
export type StackGrant = z.output<typeof rootGrant>;

/** Returns the grants. `{prefix}` stands for the prefix of any environment, because the roles serve all of them. */
export function grantsOf(given: readonly StackGrant[], namePattern: string): Grant[] {
  const values = {
    partition: Aws.PARTITION,
    region: Aws.REGION,
    account: Aws.ACCOUNT_ID,
    prefix: nameGlob(namePattern),
  };
  return given.map(({ actions, resources, reason }) => ({
    actions,
    resources: resources.map((text) => text.replaceAll(/\{(\w+)\}/g, (_, name: keyof typeof values) => values[name])),
    wildcardReason: reason,
  }));
}
