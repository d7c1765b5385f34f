import { DescribeRuleCommand, EventBridgeClient, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import type { Candidate, Sweeper } from '../../sweep/sweep-service.ts';
import { patientConfig } from '../client-config.ts';
import { eachItem } from '../pages.ts';
import { textOf } from '../responses.ts';
import { rulePlace } from '../rule-place.ts';
import { ask, fromState, present, splitArn } from './support.ts';

const events = new EventBridgeClient(patientConfig);

export const sweeper: Sweeper = {
  async *list({ request, owns }) {
    const all = eachItem(
      (NextToken) => events.send(new ListRulesCommand({ NamePrefix: request.names.prefix, Limit: 100, NextToken })),
      (page) => page.Rules,
      (page) => page.NextToken,
    );
    for await (const { Name } of all) {
      const id = textOf(Name, 'the name of a rule');
      if (owns(id)) yield { type: 'rule', id };
    }
  },
  fromInventory: (item) => fromState(item, { aws_cloudwatch_event_rule: 'rule' }, fromArn),
  fromArn,
  confirm: ({ id }) =>
    ask(async () => {
      const { rule, bus } = rulePlace(id);
      const { State } = await events.send(
        new DescribeRuleCommand({ Name: rule, ...(bus ? { EventBusName: bus } : {}) }),
      );
      return present(textOf(State, `the state of rule ${id}`));
    }, 'ResourceNotFoundException'),
};

/**
 * Returns the candidate of an ARN. A rule's id is its name, after the name of its bus if that is not the default bus.
 */
function fromArn(arn: string): Candidate | undefined {
  const { resource } = splitArn(arn);
  return resource.startsWith('rule/') ? { type: 'rule', id: resource.slice('rule/'.length), arn } : undefined;
}
