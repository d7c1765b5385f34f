import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  type Rule,
  type RuleCondition,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { isNotFound } from '../runtime/aws-errors.ts';
import { UnexpectedResponseError } from '../runtime/unexpected-response.ts';
import type { TargetGroup, TargetHealth } from '../validation/checks/alb-health.ts';
import type { ListenerRule } from '../validation/checks/listener-rules.ts';
import { clientConfig } from './client-config.ts';
import { allItems } from './pages.ts';
import { describedIn, listOf, textOf } from './responses.ts';

const elb = new ElasticLoadBalancingV2Client(clientConfig);

/** Returns the load balancers of a target group and its health check, or undefined when the group does not exist. */
export async function targetGroup(arn: string): Promise<TargetGroup | undefined> {
  try {
    const groups = await elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [arn] }));
    const group = describedIn(groups.TargetGroups, (one) => one.TargetGroupArn === arn, groups);
    const path = group.HealthCheckPath;
    const codes = group.Matcher?.HttpCode;
    // The value is a number, or `traffic-port`: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroup.html
    const port = /^\d+$/.test(group.HealthCheckPort ?? '') ? Number(group.HealthCheckPort) : undefined;
    return {
      loadBalancers: await loadBalancers(listOf(group.LoadBalancerArns, group)),
      ...(path ? { path } : {}),
      ...(codes ? { codes } : {}),
      ...(port === undefined ? {} : { port }),
    };
  } catch (error) {
    if (isNotFound(error, 'TargetGroupNotFoundException', 'TargetGroupNotFound')) return undefined;
    throw error;
  }
}

async function loadBalancers(arns: readonly string[]): Promise<TargetGroup['loadBalancers']> {
  if (arns.length === 0) return [];
  const response = await elb.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [...arns] }));
  return arns.map((arn) => {
    const { DNSName } = describedIn(response.LoadBalancers, (one) => one.LoadBalancerArn === arn, response);
    return { arn, dnsName: textOf(DNSName, `the DNS name of ${arn}`) };
  });
}

/** Returns the DNS names of the load balancers of a target group, or undefined when the group does not exist. */
export async function loadBalancerNames(arn: string): Promise<string[] | undefined> {
  return (await targetGroup(arn))?.loadBalancers.map(({ dnsName }) => dnsName);
}

/** Returns the rules of the listener for HTTP on port 80, or undefined without such a listener. */
export async function rulesOf(loadBalancerArn: string): Promise<ListenerRule[] | undefined> {
  const listeners = await allItems(
    (Marker) => elb.send(new DescribeListenersCommand({ LoadBalancerArn: loadBalancerArn, Marker })),
    (page) => page.Listeners,
    (page) => page.NextMarker,
  );
  const listener = listeners.find(({ Protocol, Port }) => Protocol === 'HTTP' && Port === 80);
  if (!listener) return undefined;
  const ListenerArn = textOf(listener.ListenerArn, `the ARN of a listener of ${loadBalancerArn}`);
  const rules = await allItems(
    (Marker) => elb.send(new DescribeRulesCommand({ ListenerArn, Marker })),
    (page) => page.Rules,
    (page) => page.NextMarker,
  );
  return rules.map(ruleOf);
}

function ruleOf(rule: Rule): ListenerRule {
  const priority = rule.Priority === 'default' ? Number.POSITIVE_INFINITY : Number(rule.Priority);
  if (Number.isNaN(priority)) throw new UnexpectedResponseError(`a rule has the priority ${rule.Priority}`);
  const actions = listOf(rule.Actions, rule);
  const groups = actions.flatMap(({ TargetGroupArn, ForwardConfig }) =>
    ForwardConfig
      ? listOf(ForwardConfig.TargetGroups, ForwardConfig).flatMap((one) =>
          one.Weight === 0 ? [] : [one.TargetGroupArn],
        )
      : [TargetGroupArn],
  );
  return {
    priority,
    conditions: listOf(rule.Conditions, rule).map(conditionOf),
    actions: [
      ...actions.map(({ Type }) => textOf(Type, 'the type of an action')),
      // A target gets another path or host than the one that is requested.
      ...(rule.Transforms?.length ? ['transform'] : []),
    ],
    groups: groups.filter((arn) => arn !== undefined),
  };
}

/** The legacy member `Values` has the patterns where no member of the field's own has them. */
function conditionOf(condition: RuleCondition): ListenerRule['conditions'][number] {
  const { PathPatternConfig, HostHeaderConfig, HttpRequestMethodConfig, Values } = condition;
  const field = textOf(condition.Field, 'the field of a condition');
  const own = PathPatternConfig ?? HostHeaderConfig ?? HttpRequestMethodConfig;
  const patterns = own ? own.Values : Values;
  // A condition without values is one of regular expressions, or was not read: nobody knows whether it holds.
  return patterns && patterns.length > 0 ? { field, patterns } : { field };
}

/** Returns the targets with their states. The list is empty when the group does not exist. */
export async function targetHealth(targetGroup: string): Promise<TargetHealth[]> {
  try {
    const response = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: targetGroup }));
    return listOf(response.TargetHealthDescriptions, response).map(({ Target, TargetHealth }) => {
      if (!Target?.Id || !TargetHealth?.State)
        throw new UnexpectedResponseError('ELB reports a target without id or state');
      return {
        id: Target.Id,
        state: TargetHealth.State,
        ...(Target.Port === undefined ? {} : { port: Target.Port }),
        ...(TargetHealth.Reason ? { reason: TargetHealth.Reason } : {}),
        ...(TargetHealth.Description ? { description: TargetHealth.Description } : {}),
      };
    });
  } catch (error) {
    if (isNotFound(error, 'TargetGroupNotFoundException', 'TargetGroupNotFound')) return [];
    throw error;
  }
}
