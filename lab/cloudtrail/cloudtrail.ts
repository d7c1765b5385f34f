import type { LabContext } from '../context.ts';
import { AwsError, type AwsRequest, type AwsResponse, json, type LabService } from '../service.ts';
import type { TrailEntry } from './trail.ts';

const PAGE = 50;
/** The rate is in requests a second, for each region. */
const RATE = 2;

const ATTRIBUTES: Record<string, (entry: TrailEntry, value: string) => boolean> = {
  EventId: ({ id }, value) => id === value,
  EventName: ({ name }, value) => name === value,
  EventSource: ({ source }, value) => source === value,
  ReadOnly: ({ name }, value) => String(name === 'AssumeRole') === value,
  ResourceName: ({ resources }, value) => resources.some(({ name }) => name === value),
  ResourceType: ({ resources }, value) => resources.some(({ type }) => type === value),
  Username: (entry, value) => userOf(entry) === value,
};

/** The service answers for the event history of AWS CloudTrail, which every account has. */
export class CloudTrail implements LabService {
  readonly services = ['cloudtrail'];
  readonly #context: LabContext;
  readonly #requests = new Map<string, { tokens: number; at: number }>();

  constructor(context: LabContext) {
    this.#context = context;
  }

  /** The emulator keeps trails, and has no event history. */
  async handle(request: AwsRequest): Promise<AwsResponse | undefined> {
    if (request.action !== 'LookupEvents') return undefined;
    this.#throttle(request.region);
    const { LookupAttributes, StartTime, EndTime, MaxResults = PAGE, NextToken } = request.params;
    const matches = matcherOf(LookupAttributes);
    const from = secondsOf(StartTime) ?? 0;
    const to = secondsOf(EndTime) ?? Number.POSITIVE_INFINITY;
    if (from > to) throw new AwsError('InvalidTimeRangeException', 'The start time is after the end time.');
    const size = Number(MaxResults);
    if (!(size >= 1 && size <= PAGE)) throw new AwsError('InvalidMaxResultsException', 'MaxResults is from 1 to 50.');
    const last = NextToken === undefined ? undefined : String(NextToken);
    const all = this.#context.trail.entries(request.region).filter((entry) => {
      const time = entry.time.getTime() / 1000;
      return time >= from && time <= to && matches(entry);
    });
    const start = last === undefined ? 0 : all.findIndex(({ id }) => id === last) + 1;
    if (last !== undefined && start === 0) throw new AwsError('InvalidNextTokenException', 'The token is not valid.');
    const page = all.slice(start, start + size);
    return json({
      Events: page.map((entry) => this.#toWire(entry)),
      ...(start + size < all.length ? { NextToken: page.at(-1)?.id } : {}),
    });
  }

  #toWire(entry: TrailEntry): object {
    const user = userOf(entry);
    return {
      EventId: entry.id,
      EventName: entry.name,
      ReadOnly: String(entry.name === 'AssumeRole'),
      EventTime: entry.time.getTime() / 1000,
      EventSource: entry.source,
      ...(user ? { Username: user } : {}),
      Resources: entry.resources.map(({ type, name }) => ({ ResourceType: type, ResourceName: name })),
      CloudTrailEvent: this.#context.trail.describe(entry),
    };
  }

  #throttle(region: string): void {
    const now = Date.now();
    const { tokens, at } = this.#requests.get(region) ?? { tokens: RATE, at: now };
    const left = Math.min(RATE, tokens + ((now - at) / 1000) * RATE);
    this.#requests.set(region, { tokens: left < 1 ? left : left - 1, at: now });
    if (left < 1) throw new AwsError('ThrottlingException', 'Rate exceeded');
  }
}

/** Returns the name of the session, by which CloudTrail calls an assumed role. AWS's own `AssumeRole` has none. */
function userOf({ name, session }: TrailEntry): string | undefined {
  return name === 'AssumeRole' ? undefined : (session?.name ?? 'operator');
}

function matcherOf(attributes: unknown): (entry: TrailEntry) => boolean {
  if (!Array.isArray(attributes) || attributes.length === 0) return () => true;
  const [{ AttributeKey, AttributeValue }] = attributes as [{ AttributeKey: string; AttributeValue: string }];
  const matches = ATTRIBUTES[AttributeKey];
  if (attributes.length > 1 || !matches || !AttributeValue) {
    throw new AwsError(
      'InvalidLookupAttributesException',
      'One attribute of those that are supported, with its value.',
    );
  }
  return (entry) => matches(entry, AttributeValue);
}

function secondsOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
