import { setTimeout as delay } from 'node:timers/promises';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import * as z from 'zod';
import { globalRegion } from '../contracts/regions.ts';
import type { TrailFilter } from '../provenance/provenance.ts';
import type { TrailEvent } from '../provenance/trail-events.ts';
import { UnexpectedResponseError } from '../runtime/unexpected-response.ts';
import { patientConfig } from './client-config.ts';
import { eachItem } from './pages.ts';
import { textOf } from './responses.ts';

/** CloudTrail answers two requests a second in each region of an account, for all callers together. */
const APART_MS = 500;

const arn = z.string().startsWith('arn:');

/**
 * The schema follows
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
const record = z.object({
  eventName: z.string(),
  eventSource: z.string(),
  eventTime: z.string(),
  awsRegion: z.string(),
  userIdentity: z
    .object({
      type: z.string().nullish(),
      arn: arn.nullish(),
      sessionContext: z.object({ sessionIssuer: z.object({ arn: arn.nullish() }).nullish() }).nullish(),
    })
    .nullish(),
  readOnly: z.boolean().nullish(),
  errorCode: z.string().nullish(),
  requestParameters: z.unknown().optional(),
  responseElements: z.unknown().optional(),
});

/**
 * Returns a reader of the environment's region, of the region that records the calls of IAM and other global services,
 * and of all other given regions.
 */
export function trailOf(region: string, elsewhere: readonly string[]) {
  const regions = [...new Set([region, globalRegion(region), ...elsewhere])].map((one) => new Region(one));
  return async function* events(filter: TrailFilter, since: number): AsyncGenerator<TrailEvent> {
    const lists = await Promise.all(regions.map((one) => one.read(filter, since)));
    yield* lists.flat();
  };
}

class Region {
  readonly #client: CloudTrailClient;
  #next = 0;

  constructor(region: string) {
    this.#client = new CloudTrailClient({ ...patientConfig, region });
  }

  async read({ by, value }: TrailFilter, since: number): Promise<TrailEvent[]> {
    const command = (NextToken: string | undefined) =>
      new LookupEventsCommand({
        LookupAttributes: [{ AttributeKey: by, AttributeValue: value }],
        StartTime: new Date(since),
        NextToken,
      });
    const all = eachItem(
      async (token) => {
        await this.#turn();
        return this.#client.send(command(token));
      },
      (page) => page.Events,
      (page) => page.NextToken,
    );
    const events: TrailEvent[] = [];
    for await (const { CloudTrailEvent } of all) events.push(eventOf(textOf(CloudTrailEvent, 'the record of a call')));
    return events;
  }

  async #turn(): Promise<void> {
    const now = Date.now();
    const at = Math.max(now, this.#next);
    this.#next = at + APART_MS;
    await delay(at - now);
  }
}

function eventOf(text: string): TrailEvent {
  const parsed = record.safeParse(parseJson(text));
  if (!parsed.success) throw new UnexpectedResponseError(`CloudTrail describes a call as ${text.slice(0, 200)}`);
  const { eventName, eventSource, eventTime, awsRegion, userIdentity, readOnly, errorCode } = parsed.data;
  return {
    name: eventName,
    source: eventSource.replace(/\.amazonaws\.com(\.cn)?$/, ''),
    time: eventTime,
    region: awsRegion,
    role: callerOf(userIdentity),
    session: userIdentity?.arn?.split('/').at(-1),
    // A call may have changed something unless the record says that it is read-only.
    readOnly: readOnly === true,
    failed: typeof errorCode === 'string',
    request: parsed.data.requestParameters,
    response: parsed.data.responseElements,
  };
}

/**
 * Returns the caller of a record. The record of a role's session contains the role. The record of a user, a service or
 * a federated identity has no role, and contains the identity's type.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
 */
function callerOf(identity: z.infer<typeof record>['userIdentity']): string | undefined {
  const role = identity?.sessionContext?.sessionIssuer?.arn;
  if (role) return role;
  const isRole = !identity?.type || identity.type === 'AssumedRole';
  return isRole ? undefined : (identity.arn ?? identity.type ?? undefined);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
