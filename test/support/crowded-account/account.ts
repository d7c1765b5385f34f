import { CredentialVendor } from '../../../lab/credentials.ts';
import { Gateway } from '../../../lab/gateway.ts';
import type { AwsRequest, AwsResponse } from '../../../lab/service.ts';
import { JSON_OPERATIONS, jsonAnswer } from './json-services.ts';
import { Pager } from './pager.ts';
import type { Population } from './population.ts';
import { QUERY_OPERATIONS, queryAnswer } from './query-services.ts';
import { s3 } from './s3.ts';
import { TokenBucket } from './token-bucket.ts';

/** The limits are burst and calls a second, by the service's name in the SigV4 scope. */
export type Limits = Partial<Record<string, readonly [burst: number, perSecond: number]>>;

/** AWS documents these limits, or is observed to throttle at them. */
export const AWS_LIMITS: Limits = {
  ec2: [100, 20],
  elasticloadbalancing: [40, 10],
  rds: [300, 12],
  ecs: [100, 20],
  iam: [50, 20],
  logs: [10, 10],
  monitoring: [9, 9],
  tagging: [15, 15],
};

/**
 * The account is an AWS account with its services' own protocols: it pages, its pages may be empty and yet have a
 * token, and it throttles by token bucket. It has no state but its population, whatever the size.
 */
export class CrowdedAccount {
  /** The map counts the calls that were answered, by `service action`. */
  readonly answered = new Map<string, number>();
  throttled = 0;
  readonly #pager: Pager;
  readonly #buckets: Map<string, TokenBucket>;
  readonly #gateway: Gateway;

  constructor(population: Population, limits: Limits = AWS_LIMITS) {
    this.#pager = new Pager(population);
    this.#buckets = new Map(
      Object.entries(limits).flatMap(([service, limit]) => (limit ? [[service, new TokenBucket(...limit)]] : [])),
    );
    const nowhere = { emulatorEndpoint: 'http://127.0.0.1:1', log: () => {} };
    this.#gateway = new Gateway({ ...nowhere, credentials: new CredentialVendor() });
    const services = [...Object.keys(QUERY_OPERATIONS), ...Object.keys(JSON_OPERATIONS), 's3'];
    this.#gateway.add({ services, handle: async (request) => this.answer(request) });
  }

  listen(): Promise<string> {
    return this.#gateway.listen();
  }

  close(): Promise<void> {
    return this.#gateway.close();
  }

  total(): number {
    return [...this.answered.values()].reduce((sum, one) => sum + one, 0);
  }

  answer(request: AwsRequest): AwsResponse {
    const { service } = request;
    const action = request.action ?? `${request.method} ${request.url.pathname}`;
    if (this.#buckets.get(service)?.take() === false) {
      this.throttled += 1;
      return throttled(service);
    }
    const key = `${service} ${request.method === 'HEAD' ? 'HeadBucket' : service === 's3' ? (request.url.searchParams.has('tagging') ? 'GetBucketTagging' : 'ListBuckets') : action}`;
    this.answered.set(key, (this.answered.get(key) ?? 0) + 1);
    if (service === 's3') return s3(request, this.#pager);
    if (service in QUERY_OPERATIONS) return queryAnswer(request, this.#pager);
    return jsonAnswer(request, this.#pager);
  }
}

function throttled(service: string): AwsResponse {
  if (service === 'ec2') {
    const body = `<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>Request limit exceeded.</Message></Error></Errors><RequestID>1</RequestID></Response>`;
    return { status: 503, headers: { 'content-type': 'text/xml' }, body };
  }
  if (service in QUERY_OPERATIONS) {
    const body = `<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error><RequestId>1</RequestId></ErrorResponse>`;
    return { status: 400, headers: { 'content-type': 'text/xml' }, body };
  }
  const type = 'ThrottlingException';
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': type };
  return { status: 400, headers, body: JSON.stringify({ __type: type, message: 'Rate exceeded' }) };
}
