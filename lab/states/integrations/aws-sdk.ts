import type { Integration } from './integration.ts';

/**
 * The integration `arn:aws:states:::aws-sdk:<service>:<action>` calls any action of any service whose SDK client is
 * installed.
 */
export function awsSdk(service: string, action: string): Integration {
  return async (call) => (await call.aws.call(service, action, call.arguments, call.signal)).result;
}
