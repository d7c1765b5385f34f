import type { Message } from '../contracts/message.ts';

/**
 * The members identify the subject of a message, because its reader may have several products, accounts and regions.
 */
export interface About {
  product: string;
  /** The member is absent for a message about all environments, or about an unknown one. */
  environment?: string | undefined;
  accountId: string;
  region: string;
}

export interface MessageParts {
  about: About;
  /** The text says what happened, without the environment. It ends the subject, and is the first line. */
  what: string;
  /** Each entry is a paragraph. */
  details?: readonly string[];
  /** Each fact is one line. A fact without a value is left out. */
  facts?: readonly (readonly [name: string, value: string | undefined])[];
  /** Each entry says what to do. The last one may end with one command to copy, on a line of its own. */
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

/** Returns the account and region of an ARN. */
export function placeOf(product: string, arn: string, environment?: string): About {
  const [, , , region = '', accountId = ''] = arn.split(':');
  return { product, environment, accountId, region };
}
