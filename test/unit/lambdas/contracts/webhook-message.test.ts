import { expect, test } from 'vitest';
import { webhookBody } from '../../../../lambdas/contracts/webhook-message.ts';

const subject = 'order-platform dev 123456789012 eu-west-1: provision failed';
const text = 'dev: provision failed.\n\nTo resume:\nnpx runbook redrive provision:x';

test('Slack gets one text, with the subject in bold', () => {
  expect(webhookBody({ subject, text }, 'slack')).toEqual({ text: `*${subject}*\n${text}` });
});

test('Teams gets one adaptive card', () => {
  expect(webhookBody({ subject, text }, 'teams')).toMatchObject({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          type: 'AdaptiveCard',
          body: [{ inlines: [{ type: 'TextRun', text: subject, weight: 'bolder' }] }, { inlines: [{ text }] }],
        },
      },
    ],
  });
});

test.each(['slack', 'teams'] as const)('%s: a text is cut, and says so', (format) => {
  const body = JSON.stringify(webhookBody({ subject, text: `a\ud83d${'x'.repeat(9_000)}` }, format));
  expect(body.length).toBeLessThan(4_000);
  expect(body).toMatch(/\(6\d\d\d more characters in the mail\)/);
  expect(body.isWellFormed()).toBe(true);
});

test.each(['slack', 'teams'] as const)('%s: a text that is cut keeps its command', (format) => {
  const body = JSON.stringify(webhookBody({ subject, text: `${'x'.repeat(9_000)}${text}` }, format));
  expect(body).toContain('npx runbook redrive provision:x');
});

test('calls nobody of a channel of Slack', () => {
  const { text: said } = webhookBody({ subject, text: '<!channel> & <https://x|y>' }, 'slack') as { text: string };
  expect(said).toContain('&lt;!channel&gt; &amp; &lt;https://x|y&gt;');
});
