import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { clientConfig } from './client-config.ts';

const sns = new SNSClient(clientConfig);

/** @param subject at most 100 ASCII characters */
export async function publish(topicArn: string, subject: string, message: string): Promise<void> {
  await sns.send(new PublishCommand({ TopicArn: topicArn, Subject: subject, Message: message }));
}
