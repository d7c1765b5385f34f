import type { Message, MessageKind } from './message.ts';

/** Of a description, so that a long cause does not keep the rest of a channel from being read; the mail has all of it. */
const MOST = 3_000;

/**
 * A message as Amazon Q Developer in chat applications takes it: it drops whatever has no schema that it knows.
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

/** A log line may be anybody's: it calls nobody of the channel, and is no link of its own. */
function inert(text: string): string {
  return text.toWellFormed().replaceAll('<', '&lt;').replaceAll('@', '@\u200b');
}
