import { expect, test } from 'vitest';
import { chatMessage } from '../../../../lambdas/contracts/chat-message.ts';

const subject = 'order-platform dev 123456789012 eu-west-1: provision failed';

test('has the schema that the chat takes, and the command as its next step', () => {
  const text = 'dev: provision failed.\n\nCost: about $0.10 an hour\n\nTo resume:\nnpx runbook redrive provision:x';
  expect(chatMessage({ subject, text, environment: 'dev' }, 'execution')).toEqual({
    version: '1.0',
    source: 'custom',
    content: {
      textType: 'client-markdown',
      title: subject,
      description: 'dev: provision failed.\n\nCost: about $0.10 an hour\n\nTo resume:',
      nextSteps: ['`npx runbook redrive provision:x`'],
    },
    metadata: { summary: subject, eventType: 'execution', threadId: 'runbook-dev' },
  });
});

test('calls nobody, and is cut', () => {
  const { content, metadata } = chatMessage({ subject, text: `<!channel> @here ${'x'.repeat(9_000)}` }, 'execution');
  expect(content.description).toMatch(/^&lt;!channel> @\u200bhere x+…$/);
  expect(content.description.length).toBeLessThan(3_020);
  expect(content).not.toHaveProperty('nextSteps');
  expect(metadata).not.toHaveProperty('threadId');
});
