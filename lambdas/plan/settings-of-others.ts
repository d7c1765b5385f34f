import type { PlannedChange, Remark, TeardownRisk } from '../contracts/plan.ts';
import type { OwnTags } from './plan-tags.ts';

/**
 * What a plan changes of resources that the root does not make, without a resource of its own there: AWS has one of each for what it belongs
 * to, or lets it decide for all that is behind it. Sources: the API reference of the calls that the provider makes for these types, such as
 * RegisterScalableTarget ("registers or updates"), ReplaceNetworkAclAssociation, AssociateDhcpOptions, CreateRoute, AssociateWebACL.
 */
const SETTINGS: Readonly<Record<string, readonly string[]>> = {
  aws_appautoscaling_target: ['resource_id'],
  aws_ec2_transit_gateway_route: ['transit_gateway_route_table_id'],
  aws_ec2_transit_gateway_route_table_association: ['transit_gateway_route_table_id'],
  aws_ec2_transit_gateway_route_table_propagation: ['transit_gateway_route_table_id'],
  aws_internet_gateway_attachment: ['vpc_id'],
  aws_main_route_table_association: ['vpc_id'],
  aws_network_acl: ['subnet_ids'],
  aws_network_acl_association: ['subnet_id'],
  aws_network_acl_rule: ['network_acl_id'],
  aws_route: ['route_table_id'],
  aws_route_table_association: ['subnet_id', 'gateway_id'],
  aws_vpc_dhcp_options_association: ['vpc_id'],
  aws_vpc_endpoint: ['route_table_ids'],
  aws_vpc_endpoint_policy: ['vpc_endpoint_id'],
  aws_vpc_endpoint_route_table_association: ['route_table_id'],
  aws_vpn_gateway_route_propagation: ['route_table_id'],
  aws_wafv2_web_acl_association: ['resource_arn'],
};

export function settingsOfOthers(one: PlannedChange, kept: readonly PlannedChange[], own: OwnTags): TeardownRisk[] {
  const { address, type, change } = one;
  const key = ownTagIn(one, own);
  if (key !== undefined) {
    const why = `sets the tag "${key}" of a resource, by which a teardown knows what is the environment's: it would take what is another's`;
    const fix = 'leave it out: what the root makes has this tag by default_tags of the provider';
    return [{ address, risk: 'others', why, fix, acceptable: false }];
  }
  const named = (SETTINGS[type] ?? []).flatMap((attribute) => textsOf(change.after?.[attribute]));
  // What is known only when it is applied is made by then.
  const foreign = named.filter((name) => !kept.some((other) => other !== one && isCalled(other, type, name)));
  if (foreign.length === 0) return [];
  const why = `changes ${foreign.join(', ')}, which this root does not make: whoever needs it has it changed by the apply, and taken away by the teardown`;
  return [{ address, risk: 'others', why, fix: 'leave that to the root which makes it', acceptable: true }];
}

/** A resource of these types is one of many of what it is added to. The teardown takes it away again, and nothing else. */
const ADDITIONS: Readonly<Record<string, string>> = {
  aws_alb_listener: 'load_balancer_arn',
  aws_alb_listener_certificate: 'listener_arn',
  aws_alb_listener_rule: 'listener_arn',
  aws_alb_target_group_attachment: 'target_group_arn',
  aws_lb_listener: 'load_balancer_arn',
  aws_lb_listener_certificate: 'listener_arn',
  aws_lb_listener_rule: 'listener_arn',
  aws_lb_target_group_attachment: 'target_group_arn',
  aws_security_group_rule: 'security_group_id',
  aws_vpc_security_group_egress_rule: 'security_group_id',
  aws_vpc_security_group_ingress_rule: 'security_group_id',
};

/**
 * Lists what a plan adds to security groups, listeners and target groups that the root does not make. Until the
 * teardown, it decides who reaches what others have behind them.
 */
export function additionsToOthers(changes: readonly PlannedChange[]): Remark[] {
  const kept = changes.filter(({ change }) => change.after);
  return kept.flatMap((one) => {
    const { address, type, change } = one;
    const foreign = textsOf(change.after?.[ADDITIONS[type] ?? '']).filter(
      (name) => !kept.some((other) => other !== one && isCalled(other, type, name)),
    );
    const isNew = change.actions.some((action) => action === 'create' || action === 'update');
    if (!isNew || foreign.length === 0) return [];
    const why = `is added to ${foreign.join(', ')}, which this root does not make: until the teardown, it decides who reaches what others have there`;
    return [{ address, why }];
  });
}

const textsOf = (value: unknown): string[] =>
  [value].flat().filter((one): one is string => typeof one === 'string' && one !== '');

/** Tags that are resources of their own, on whatever they name. */
function ownTagIn({ type, change: { after } }: PlannedChange, own: OwnTags): string | undefined {
  if (!/^aws_(?:ec2|ecs|dynamodb|autoscaling_group)_tag$/.test(type)) return undefined;
  const blocks = [after, ...(Array.isArray(after?.tag) ? after.tag : [after?.tag])] as (
    | Readonly<Record<string, unknown>>
    | null
    | undefined
  )[];
  return blocks.flatMap((block) => textsOf(block?.key)).find((key) => key in own);
}

/**
 * A resource has its own name under these attributes. AWS creates a main route table, a default network ACL and a
 * default security group with a VPC, and default route tables with a transit gateway.
 */
const OWN_NAME = /^(?:id|arn|(?:main|default|association_default|propagation_default)_\w+_id)$/;

/**
 * Returns whether the root makes what has that name. Another resource that only uses it proves nothing, such as a second
 * route of the same table. A part may have the id of what it belongs to.
 */
function isCalled({ type, change: { after } }: PlannedChange, by: string, name: string): boolean {
  if (by !== 'aws_appautoscaling_target') {
    const used = (SETTINGS[type] ?? []).flatMap((attribute) => textsOf(after?.[attribute]));
    const isMade = Object.entries(after ?? {}).some(([key, value]) => value === name && OWN_NAME.test(key));
    // EKS creates a security group with a cluster.
    const isOfCluster = type === 'aws_eks_cluster' && JSON.stringify(after?.vpc_config ?? '').includes(`"${name}"`);
    return (isMade && !used.includes(name)) || isOfCluster;
  }
  const [kind, parent = '', ...rest] = name.split(/[/:]/);
  const [service] = rest;
  if (kind !== 'service' || service === undefined) return Object.values(after ?? {}).includes(parent);
  // `service/<cluster>/<service>`: two clusters may each have one of that name.
  const { cluster } = after ?? {};
  const isThere = typeof cluster !== 'string' || cluster.split('/').at(-1) === parent;
  return type === 'aws_ecs_service' && after?.name === service && isThere;
}
