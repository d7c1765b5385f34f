import { DescribeRuleCommand, EventBridgeClient, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import { isNotFound } from '../../runtime/aws-errors.ts';
import { UnexpectedResponseError } from '../../runtime/unexpected-response.ts';
import type { Rule } from '../../validation/checks/resource-states.ts';
import { clientConfig } from '../client-config.ts';
import { allItems } from '../pages.ts';
import { textOf } from '../responses.ts';

const events = new EventBridgeClient(clientConfig);

/** @param bus undefined for the default one */
export async function describeRule(name: string, bus: string | undefined): Promise<Rule | undefined> {
  const on = bus === undefined ? {} : { EventBusName: bus };
  try {
    const rule = await events.send(new DescribeRuleCommand({ Name: name, ...on }));
    if (rule.Name !== name)
      throw new UnexpectedResponseError(`EventBridge describes ${rule.Name ?? 'nothing'} instead of ${name}`);
    const targets = await allItems(
      (NextToken) => events.send(new ListTargetsByRuleCommand({ Rule: name, ...on, NextToken })),
      (page) => page.Targets,
      (page) => page.NextToken,
    );
    return {
      ...(rule.Arn ? { arn: rule.Arn } : {}),
      state: textOf(rule.State, `the state of rule ${name}`),
      targets: targets.map(({ Id }) => textOf(Id, 'the id of a target')),
    };
  } catch (error) {
    if (isNotFound(error, 'ResourceNotFoundException')) return undefined;
    throw error;
  }
}
