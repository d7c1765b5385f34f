import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { chatMessage } from '../contracts/chat-message.ts';
import type { HandlerEnvironment } from '../contracts/functions.ts';
import type { Message, MessageKind } from '../contracts/message.ts';
import { WEBHOOK_EVENT, type WebhookFormat, webhookBody } from '../contracts/webhook-message.ts';
import { describeError } from '../runtime/aws-errors.ts';
import { clientConfig } from './client-config.ts';

const sns = new SNSClient(clientConfig);
const events = new EventBridgeClient(clientConfig);

type Channels = Pick<HandlerEnvironment<'expiry-warning'>, 'NOTIFICATIONS_TOPIC_ARN' | 'CHAT_TOPIC_ARN' | 'WEBHOOK'>;

/**
 * To the topic of mail, with attributes by which a subscription may ask for the messages of one environment alone; and to
 * the chat's and the webhook, where there are such. One that cannot be reached is no reason to send the mail again: `warn` is called.
 */
export async function publish(
  channels: Channels,
  message: Message,
  kind: MessageKind,
  warn: (text: string) => void,
): Promise<void> {
  const { subject, text, environment } = message;
  const attribute = (StringValue: string) => ({ DataType: 'String', StringValue });
  await sns.send(
    new PublishCommand({
      TopicArn: channels.NOTIFICATIONS_TOPIC_ARN,
      Subject: subject,
      Message: text,
      MessageAttributes: {
        kind: attribute(kind),
        ...(environment ? { environment: attribute(environment) } : {}),
      },
    }),
  );
  const attempt = async (where: string, send: () => Promise<void>) =>
    send().catch((error: unknown) => warn(`not sent to ${where}: ${describeError(error)}`));
  const { CHAT_TOPIC_ARN, WEBHOOK } = channels;
  if (CHAT_TOPIC_ARN) await attempt('the chat', () => toChat(CHAT_TOPIC_ARN, message, kind));
  if (WEBHOOK) await attempt('the webhook', () => toWebhook(WEBHOOK, message, kind));
}

async function toChat(TopicArn: string, message: Message, kind: MessageKind): Promise<void> {
  await sns.send(new PublishCommand({ TopicArn, Message: JSON.stringify(chatMessage(message, kind)) }));
}

/** As an event: a rule has EventBridge send its body to an API destination, so no function knows the address. */
async function toWebhook(format: WebhookFormat, message: Message, kind: MessageKind): Promise<void> {
  const detail = { kind, environment: message.environment, body: webhookBody(message, format) };
  const { source: Source, detailType: DetailType } = WEBHOOK_EVENT;
  const answer = await events.send(
    new PutEventsCommand({ Entries: [{ Source, DetailType, Detail: JSON.stringify(detail) }] }),
  );
  // The call succeeds although an entry fails.
  const entry = answer.Entries?.[0];
  if (!entry?.EventId) throw new Error(`the event was not taken: ${entry?.ErrorCode} ${entry?.ErrorMessage}`);
}
