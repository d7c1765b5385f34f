import type { Message } from '../contracts/message.ts';

/** Whose message it is: somebody who reads it has several products, accounts and regions. */
export interface About {
  product: string;
  /** Absent where it is about all of them, or none that is known. */
  environment?: string | undefined;
  accountId: string;
  region: string;
}

export interface MessageParts {
  about: About;
  /** What happened, without its environment. Ends the subject, and is the first line. */
  what: string;
  /** Paragraphs. */
  details?: readonly string[];
  /** One line each; what is not known is left out. */
  facts?: readonly (readonly [name: string, value: string | undefined])[];
  /** What to do: the last one may end with one command to copy, on a line of its own. */
  next?: readonly string[];
}

const MAX_SUBJECT = 100;

export function message({ about, what, details = [], facts = [], next = [] }: MessageParts): Message {
  const { product, environment, accountId, region } = about;
  const known = facts.flatMap(([name, value]) => (value ? [`${name}: ${value}`] : []));
  const place = [product, environment, accountId, region].filter(Boolean).join(' ');
  const first = environment ? `${environment}: ${what}` : what;
  return {
    environment,
    subject: `${place}: ${what}`.replaceAll(/[^ -~]/g, '?').slice(0, MAX_SUBJECT),
    text: [`${first}.`, ...details, [...known, `Account: ${accountId}, ${region}`].join('\n'), ...next]
      .filter((part) => part !== '')
      .join('\n\n'),
  };
}

/** Where something of an ARN is. */
export function placeOf(product: string, arn: string, environment?: string): About {
  const [, , , region = '', accountId = ''] = arn.split(':');
  return { product, environment, accountId, region };
}
