import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { chatMessage } from '../contracts/chat-message.ts';
import type { HandlerEnvironment } from '../contracts/functions.ts';
import type { Message, MessageKind } from '../contracts/message.ts';
import { describeError } from '../runtime/aws-errors.ts';
import { clientConfig } from './client-config.ts';

const sns = new SNSClient(clientConfig);

type Topics = Pick<HandlerEnvironment<'expiry-warning'>, 'NOTIFICATIONS_TOPIC_ARN' | 'CHAT_TOPIC_ARN'>;

/**
 * To the topic of mail, with attributes by which a subscription may ask for the messages of one environment alone; and to
 * the chat's, where there is one. A chat that cannot be reached is no reason to send the mail again: `warn` is told of it.
 */
export async function publish(
  topics: Topics,
  message: Message,
  kind: MessageKind,
  warn: (text: string) => void,
): Promise<void> {
  const { subject, text, environment } = message;
  const attribute = (StringValue: string) => ({ DataType: 'String', StringValue });
  await sns.send(
    new PublishCommand({
      TopicArn: topics.NOTIFICATIONS_TOPIC_ARN,
      Subject: subject,
      Message: text,
      MessageAttributes: {
        kind: attribute(kind),
        ...(environment ? { environment: attribute(environment) } : {}),
      },
    }),
  );
  if (!topics.CHAT_TOPIC_ARN) return;
  try {
    const Message = JSON.stringify(chatMessage(message, kind));
    await sns.send(new PublishCommand({ TopicArn: topics.CHAT_TOPIC_ARN, Message }));
  } catch (error) {
    warn(`not sent to the chat: ${describeError(error)}`);
  }
}
