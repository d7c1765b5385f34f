/** A message is published to the topic. People read it in an e-mail or a chat, without markup. */
export interface Message {
  /**
   * The subject has at most 100 ASCII characters, since SNS takes no other:
   * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
   */
  subject: string;
  text: string;
  environment?: string | undefined;
}

/** A subscription may filter by the kind. */
export type MessageKind = 'execution' | 'reminder' | 'orphans' | 'cost';
