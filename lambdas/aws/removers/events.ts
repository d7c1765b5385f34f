import {
  DeleteRuleCommand,
  EventBridgeClient,
  ListTargetsByRuleCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { patientConfig } from '../client-config.ts';
import { eachItem } from '../pages.ts';
import type { Remover } from '../removers.ts';
import { textOf } from '../responses.ts';
import { rulePlace } from '../rule-place.ts';
import { unlessGone } from '../tags/support.ts';

const events = new EventBridgeClient(patientConfig);
const GONE = 'ResourceNotFoundException';

export const remover: Remover = {
  rule: {
    async remove({ id }) {
      const { rule: Rule, bus: EventBusName } = rulePlace(id);
      await unlessGone(withoutTargets(Rule, EventBusName), GONE);
      await unlessGone(events.send(new DeleteRuleCommand({ Name: Rule, EventBusName })), GONE);
    },
  },
};

/** Removes the targets of a rule. EventBridge refuses to delete a rule with targets. */
async function withoutTargets(Rule: string, EventBusName: string | undefined): Promise<void> {
  const all = eachItem(
    (NextToken) => events.send(new ListTargetsByRuleCommand({ Rule, EventBusName, NextToken })),
    (page) => page.Targets,
    (page) => page.NextToken,
  );
  const Ids: string[] = [];
  for await (const target of all) Ids.push(textOf(target.Id, `the id of a target of rule ${Rule}`));
  if (Ids.length > 0) await events.send(new RemoveTargetsCommand({ Rule, EventBusName, Ids }));
}
