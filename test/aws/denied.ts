import { CloudTrailClient, type Event, paginateLookupEvents } from '@aws-sdk/client-cloudtrail';
import { titleOf } from '../../demo/permission-usage.ts';
import type { Denied } from './record.ts';

/** Services return these errors when a role may not do what it asks for. */
const REFUSED = /AccessDenied|UnauthorizedOperation|AuthorizationError|NotAuthorized/;

interface Trail {
  errorCode?: string;
  errorMessage?: string;
  eventSource?: string;
  userIdentity?: { sessionContext?: { sessionIssuer?: { arn?: string } } };
}

/** @returns undefined for a call that was answered, or that somebody else made */
export function deniedOf({ EventName = '', CloudTrailEvent = '{}' }: Event, prefix: string): Denied | undefined {
  const { errorCode = '', errorMessage = '', eventSource = '', userIdentity } = JSON.parse(CloudTrailEvent) as Trail;
  const role = userIdentity?.sessionContext?.sessionIssuer?.arn ?? '';
  const name = role.split('/').at(-1) ?? '';
  const ours = name.startsWith('Runbook-') || name.startsWith(`${prefix}-`);
  if (!ours || !REFUSED.test(errorCode)) return undefined;
  const action = `${eventSource.replace('.amazonaws.com', '')}:${EventName}`;
  return { role: titleOf(role), action, message: `${errorCode}: ${errorMessage}`.slice(0, 500) };
}

/**
 * Returns the calls that CloudTrail's event history records as denied, in the region and in services without a region.
 * Calls that write data (objects, messages, items) are not in it.
 */
export async function deniedCalls(region: string, prefix: string, since: Date): Promise<Denied[]> {
  const found: Denied[] = [];
  for (const place of new Set([region, 'us-east-1'])) {
    const client = new CloudTrailClient({ region: place, maxAttempts: 10, retryMode: 'adaptive' });
    for await (const { Events = [] } of paginateLookupEvents({ client }, { StartTime: since })) {
      found.push(...Events.map((event) => deniedOf(event, prefix)).filter((one) => one !== undefined));
    }
    client.destroy();
  }
  return found;
}
