import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { Message, MessageKind } from '../contracts/message.ts';
import { clientConfig } from './client-config.ts';

const sns = new SNSClient(clientConfig);

/** With attributes, by which a subscription may ask for the messages of one environment alone. */
export async function publish(topicArn: string, message: Message, kind: MessageKind): Promise<void> {
  const { subject, text, environment } = message;
  const attribute = (StringValue: string) => ({ DataType: 'String', StringValue });
  await sns.send(
    new PublishCommand({
      TopicArn: topicArn,
      Subject: subject,
      Message: text,
      MessageAttributes: {
        kind: attribute(kind),
        ...(environment ? { environment: attribute(environment) } : {}),
      },
    }),
  );
}
