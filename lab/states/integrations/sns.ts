import type { Integration } from './integration.ts';

/** The integration is `arn:aws:states:::sns:publish`; a message that is not a string is sent as JSON. */
export const publish: Integration = async (call) => {
  const { Message, ...rest } = call.arguments;
  const text = typeof Message === 'string' ? Message : JSON.stringify(Message ?? '');
  const parameters = { ...rest, Message: text };
  const { result, metadata } = await call.aws.call('sns', 'publish', parameters, call.signal, { optimized: 'SNS' });
  return { ...result, ...metadata };
};
