import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { chatMessage } from '../contracts/chat-message.ts';
import type { HandlerEnvironment } from '../contracts/functions.ts';
import type { Message, MessageKind } from '../contracts/message.ts';
import { describeError } from '../runtime/aws-errors.ts';
import { clientConfig } from './client-config.ts';

const sns = new SNSClient(clientConfig);

type Topics = Pick<HandlerEnvironment<'expiry-warning'>, 'NOTIFICATIONS_TOPIC_ARN' | 'CHAT_TOPIC_ARN'>;

/**
 * Publishes a message to the e-mail topic, with attributes by which a subscription can select the messages of one
 * environment, and to the chat topic, if there is one. When the chat cannot be reached, the e-mail is not sent again:
 * the function reports the failure to `warn`.
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
