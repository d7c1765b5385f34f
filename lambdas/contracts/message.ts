/** What goes to the topic: to be read in an e-mail or a chat, without markup. */
export interface Message {
  /** At most 100 ASCII characters: SNS takes no other. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
  subject: string;
  text: string;
  environment?: string | undefined;
}

/** By which a subscription may choose. */
export type MessageKind = 'execution' | 'reminder' | 'orphans' | 'cost';
