import { cbor } from '@smithy/core/cbor';
import { XMLParser } from 'fast-xml-parser';
import type { Session } from '../credentials.ts';
import { operationOf } from '../iam/operations.ts';
import { s3Access } from '../iam/resources/s3.ts';
import type { AwsRequest, AwsResponse } from '../service.ts';

/** An entry is a call that was answered, with the attributes that CloudTrail can be queried by. */
export interface TrailEntry {
  id: string;
  name: string;
  /** The form is `sqs.amazonaws.com`. */
  source: string;
  region: string;
  time: Date;
  /** The session is absent for the operator. */
  session?: Session | undefined;
  errorCode?: string;
  request: Record<string, unknown>;
  response: unknown;
  /** The resources have the names of what the call is about, as far as the lab has them. */
  resources: { type: string; name: string }[];
}

const READS =
  /^(?:Assume|BatchCheck|BatchGet|Check|Decode|Decrypt|Describe|Detect|Estimate|Filter|Generate|Get|Head|List|Lookup|Query|Scan|Search|Select|Simulate|Test|Validate|Verify|View)/;

/**
 * The expressions match data events, by service; LookupEvents never returns those. All operations on S3's objects are
 * data events, too.
 */
const DATA: Record<string, RegExp> = {
  dynamodb: /Item|^ExecuteStatement|^Transact/,
  events: /^PutEvents$/,
  lambda: /^Invoke/,
  logs: /^PutLogEvents$/,
  monitoring: /^PutMetricData$/,
  sns: /^Publish/,
  sqs: /Message/,
};
/** Services without a region write their calls to this one. */
const GLOBAL = new Set(['iam', 'cloudfront', 'route53']);
const HOME = 'us-east-1';

const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false });

/**
 * The trail has the calls that reach the gateway and that CloudTrail records: those that change something, whatever
 * answers them. The lab keeps no reading calls, and none of a REST protocol whose operation it does not recognise.
 */
export class Trail {
  readonly #entries: TrailEntry[] = [];
  readonly #accountId: string;

  constructor(accountId: string) {
    this.#accountId = accountId;
  }

  /** Records that a service has assumed a role, and calls by the session's name. */
  assumed(session: Session, region: string): void {
    this.#add({
      name: 'AssumeRole',
      source: 'sts.amazonaws.com',
      region,
      request: { roleArn: session.role, roleSessionName: session.name },
      response: null,
      resources: [{ type: 'AWS::IAM::Role', name: session.role }],
    });
  }

  record(request: AwsRequest, response: AwsResponse): void {
    const { service, region } = request;
    const name = nameOf(request);
    if (!name || READS.test(name) || DATA[service]?.test(name)) return;
    this.#add({
      name,
      source: `${service}.amazonaws.com`,
      region: GLOBAL.has(service) ? HOME : region,
      session: request.session,
      ...(response.status >= 400 ? { errorCode: 'Failed' } : {}),
      request: parametersOf(request),
      response: response.status >= 400 ? null : elementsOf(response),
      resources: [],
    });
  }

  /** Returns the entries of a region, the newest first. */
  entries(region: string): TrailEntry[] {
    return this.#entries.filter((one) => one.region === region).reverse();
  }

  /** Returns the entry in the form that CloudTrail writes. */
  describe({ id, name, source, region, time, session, errorCode, request, response, resources }: TrailEntry): string {
    const accountId = this.#accountId;
    return JSON.stringify({
      eventVersion: '1.11',
      userIdentity: identityOf(session, accountId, name),
      eventTime: `${time.toISOString().slice(0, 19)}Z`,
      eventSource: source,
      eventName: name,
      awsRegion: region,
      ...(errorCode ? { errorCode } : {}),
      requestParameters: request,
      responseElements: response,
      eventID: id,
      readOnly: name === 'AssumeRole',
      ...(resources.length > 0
        ? { resources: resources.map((one) => ({ accountId, type: one.type, ARN: one.name })) }
        : {}),
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: accountId,
      eventCategory: 'Management',
    });
  }

  #add(entry: Omit<TrailEntry, 'id' | 'time'>): void {
    this.#entries.push({ id: crypto.randomUUID(), time: new Date(), ...entry });
  }
}

function identityOf(session: Session | undefined, accountId: string, name: string): object {
  if (name === 'AssumeRole') return { type: 'AWSService', invokedBy: 'lab.amazonaws.com' };
  if (!session)
    return { type: 'IAMUser', arn: `arn:aws:iam::${accountId}:user/operator`, accountId, userName: 'operator' };
  const roleName = session.role.split('/').at(-1);
  return {
    type: 'AssumedRole',
    arn: `arn:aws:sts::${accountId}:assumed-role/${roleName}/${session.name}`,
    accountId,
    sessionContext: { sessionIssuer: { type: 'Role', arn: session.role, accountId, userName: roleName } },
  };
}

function nameOf(request: AwsRequest): string | undefined {
  if (request.service !== 's3') return operationOf(request);
  const [bucket, ...key] = decodeURIComponent(request.url.pathname).replace(/^\/+/, '').split('/');
  if (!bucket || key.join('/') || request.method === 'POST') return undefined;
  return s3Access(request)?.[0]?.action.slice('s3:'.length);
}

function parametersOf({ service, url, params }: AwsRequest): Record<string, unknown> {
  if (service === 's3') return { bucketName: decodeURIComponent(url.pathname).split('/')[1] };
  const { Action: _, Version: __, ...own } = params;
  return lowerCased(own) as Record<string, unknown>;
}

/** The form of the answer decides how it is parsed: the emulator calls some of its JSON a text. */
function elementsOf({ headers, body }: AwsResponse): unknown {
  if (headers['content-type']?.includes('cbor')) return lowerCased(cbor.deserialize(Buffer.from(body)));
  const text = body.toString().trimStart();
  try {
    if (text.startsWith('{')) return lowerCased(JSON.parse(text));
    return text.startsWith('<') ? lowerCased(resultIn(parser.parse(text))) : null;
  } catch {
    return null;
  }
}

/** Returns `{TopicArn}` of `{CreateTopicResponse: {CreateTopicResult: {TopicArn}}}`. */
function resultIn(document: Record<string, unknown>): unknown {
  const [[, response] = []] = Object.entries(document).filter(([key]) => key.endsWith('Response'));
  if (typeof response !== 'object' || response === null) return null;
  const [[, result] = []] = Object.entries(response).filter(([key]) => key.endsWith('Result'));
  return result ?? response;
}

/** CloudTrail writes the names of members with a lower-case first letter. */
function lowerCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowerCased);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key.slice(0, 1).toLowerCase() + key.slice(1), lowerCased(one)]),
  );
}
