import type { AwsRequest } from '../../../service.ts';

/** Returns a call in the shape in which it reaches the gateway. */
export function aCall(service: string, changes: Partial<AwsRequest> & { path?: string } = {}): AwsRequest {
  const { path = '/', ...rest } = changes;
  return {
    service,
    action: undefined,
    method: 'POST',
    url: new URL(`http://127.0.0.1${path}`),
    headers: {},
    body: Buffer.alloc(0),
    params: {},
    region: 'eu-west-1',
    principal: undefined,
    clientAborted: new AbortController().signal,
    ...rest,
  };
}
