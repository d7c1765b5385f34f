/** What goes to the topic: to be read in an e-mail or a chat, without markup. */
export interface Message {
  /** At most 100 ASCII characters: SNS takes no other. */
  subject: string;
  text: string;
}

export interface MessageParts {
  /** What happened to which environment. Also the subject. */
  what: string;
  /** Paragraphs. */
  details?: readonly string[];
  /** One line each; what is not known is left out. */
  facts?: readonly (readonly [name: string, value: string | undefined])[];
  /** What to do, with a command to copy. */
  next?: readonly string[];
}

const MAX_SUBJECT = 100;

export function message({ what, details = [], facts = [], next = [] }: MessageParts): Message {
  const known = facts.flatMap(([name, value]) => (value ? [`${name}: ${value}`] : []));
  return {
    subject: what.replaceAll(/[^ -~]/g, '?').slice(0, MAX_SUBJECT),
    text: [`${what}.`, ...details, known.join('\n'), ...next].filter((part) => part !== '').join('\n\n'),
  };
}
