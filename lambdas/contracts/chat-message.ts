import type { Message, MessageKind } from './message.ts';

/** A longer description is cut, so that a long cause does not hide the rest of a channel. The mail has all of it. */
const MOST = 3_000;

/**
 * Returns a message in the schema of Amazon Q Developer in chat applications, which drops every other message:
 * https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
 */
export function chatMessage({ subject, text, environment }: Message, kind: MessageKind) {
  const lines = text.split('\n');
  const last = lines.at(-1) ?? '';
  const isCommand = last.startsWith('npx runbook');
  const description = (isCommand ? lines.slice(0, -1) : lines).join('\n').trim();
  return {
    version: '1.0',
    source: 'custom',
    content: {
      textType: 'client-markdown',
      title: inert(subject),
      description: inert(description.length > MOST ? `${description.slice(0, MOST)}…` : description),
      ...(isCommand ? { nextSteps: [`\`${last}\``] } : {}),
    },
    metadata: {
      summary: inert(subject),
      eventType: kind,
      // The messages of one environment are one thread.
      ...(environment ? { threadId: `runbook-${environment}` } : {}),
    },
  };
}

/**
 * Makes a text harmless, because anybody may have written a log line: it mentions nobody in the channel and contains no
 * link.
 */
function inert(text: string): string {
  return text.toWellFormed().replaceAll('<', '&lt;').replaceAll('@', '@\u200b');
}
