import type { Integration } from './integration.ts';

/** The integration is `arn:aws:states:::dynamodb:<action>`, with attribute values in DynamoDB's own JSON. */
export function dynamodb(action: 'getItem' | 'putItem' | 'updateItem' | 'deleteItem'): Integration {
  return async (call) => {
    const options = { optimized: 'DynamoDB' };
    const { result, metadata } = await call.aws.call('dynamodb', action, call.arguments, call.signal, options);
    return { ...result, ...metadata };
  };
}
