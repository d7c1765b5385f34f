import type { Integration } from './integration.ts';

/** `arn:aws:states:::aws-sdk:<service>:<action>`: any action of any service whose SDK client is installed. */
export function awsSdk(service: string, action: string): Integration {
  return async (call) => (await call.aws.call(service, action, call.arguments, call.signal)).result;
}
