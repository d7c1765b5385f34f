import type { Message } from './message.ts';
import { shortened } from './shortened.ts';

/** What the address of a webhook takes. */
export const WEBHOOK_FORMATS = ['slack', 'teams'] as const;
export type WebhookFormat = (typeof WEBHOOK_FORMATS)[number];

/** The event that carries a message to the webhook. Its `detail.body` is the request's body. */
export const WEBHOOK_EVENT = { source: 'runbook', detailType: 'Runbook Message' } as const;

/**
 * Characters. Slack cuts a text at 40,000 and asks for 4,000 (https://docs.slack.dev/reference/methods/chat.postMessage); Teams takes 28 KB
 * (https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook).
 */
const MOST = 3_000;

/** Returns a message as the body of a request. The mail has all of a text that is shortened here. */
export function webhookBody({ subject, text }: Message, format: WebhookFormat): object {
  const body = shortened(text, MOST, 'in the mail').toWellFormed();
  return format === 'slack' ? { text: inert(`*${subject}*\n${body}`) } : adaptiveCard(subject, body);
}

/** A log line may be anybody's: it calls nobody of the channel, and is no link of its own. https://docs.slack.dev/messaging/formatting-message-text */
function inert(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** https://learn.microsoft.com/en-us/connectors/teams/?tabs=text1#microsoft-teams-webhook */
function adaptiveCard(subject: string, text: string): object {
  // A run of text, unlike a block, has no markdown.
  const block = (part: string, more: object) => ({
    type: 'RichTextBlock',
    inlines: [{ type: 'TextRun', text: part, ...more }],
  });
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.2',
          body: [block(subject, { weight: 'bolder' }), block(text, {})],
        },
      },
    ],
  };
}
