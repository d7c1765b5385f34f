import { GetTopicAttributesCommand, SNSClient } from '@aws-sdk/client-sns';
import type { LabContext } from '../context.ts';

interface Statement {
  Effect: 'Allow' | 'Deny';
  Principal?: unknown;
  Action?: string | string[];
  Resource?: string | string[];
  Condition?: object;
}

/** These principals of a policy are EventBridge's own name, and the one that stands for everybody. */
const EVENTBRIDGE = ['events.amazonaws.com', '*'];

/**
 * Returns whether a topic's policy lets EventBridge publish. Its guide says that such a policy may have no condition;
 * one with a condition is taken to admit nobody, which is the reading that drops events. A denial with a condition,
 * such as that of plain HTTP, is not met.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
 */
export function admitsEventBridge(policy: string, topicArn: string): boolean {
  const { Statement = [] } = JSON.parse(policy) as { Statement?: Statement | Statement[] };
  const about = [Statement]
    .flat()
    .filter(({ Condition }) => !Condition)
    .filter(
      ({ Principal, Action, Resource }) =>
        principalsOf(Principal).some((one) => EVENTBRIDGE.includes(one)) &&
        [Action ?? []].flat().some((one) => /^(\*|sns:(\*|Publish))$/i.test(one)) &&
        [Resource ?? []].flat().some((one) => one === '*' || one === topicArn),
    );
  return about.some(({ Effect }) => Effect === 'Allow') && about.every(({ Effect }) => Effect === 'Allow');
}

function principalsOf(principal: unknown): string[] {
  if (typeof principal === 'string') return [principal];
  return Object.values((principal ?? {}) as Record<string, string | string[]>).flat();
}

/** @throws Error when a topic does not admit EventBridge: the event is dropped, as on AWS */
export async function requireAdmission({ client }: LabContext, topicArn: string): Promise<void> {
  const sns = new SNSClient(client);
  try {
    const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn: topicArn }));
    if (admitsEventBridge(Attributes?.Policy ?? '{}', topicArn)) return;
  } finally {
    sns.destroy();
  }
  throw new Error(`the policy of ${topicArn} does not let events.amazonaws.com publish`);
}
