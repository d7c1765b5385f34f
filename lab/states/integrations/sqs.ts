import type { Integration } from './integration.ts';

/** The integration is `arn:aws:states:::sqs:sendMessage`; a body that is not a string is sent as JSON. */
export const sendMessage: Integration = async (call) => {
  const { MessageBody, ...rest } = call.arguments;
  const body = typeof MessageBody === 'string' ? MessageBody : JSON.stringify(MessageBody ?? '');
  const parameters = { ...rest, MessageBody: body };
  const { result, metadata } = await call.aws.call('sqs', 'sendMessage', parameters, call.signal, { optimized: 'SQS' });
  return { ...result, ...metadata };
};
