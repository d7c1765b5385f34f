import type { LabContext } from '../context.ts';
import { AwsError, type AwsRequest, type AwsResponse, jsonError, type LabService } from '../service.ts';
import { passedRoles } from './dependents.ts';
import { operationOf } from './operations.ts';
import { text } from './parameters.ts';

export interface FreshAccountOptions {
  /**
   * A role is unknown to other services for this time, the first service-linked role to ECS, and a deleted bucket's
   * name is taken.
   */
  settleMs: number;
  now?: () => number;
}

/**
 * A service answers in this way to a role that it cannot assume yet. Each message is what AWS has answered to others:
 * terraform-aws-modules/terraform-aws-ecs#414, aws/aws-cli#7700, aws/aws-sdk-js-v3#6494, and deployment tools that
 * retry it.
 */
const UNKNOWN_ROLE: Readonly<Record<string, (role: string, caller: string) => AwsError>> = {
  ecs: (role, caller) =>
    new AwsError(
      'AccessDeniedException',
      `User: ${caller} is not authorized to perform: iam:PassRole on resource: ${role}`,
    ),
  lambda: () =>
    new AwsError('InvalidParameterValueException', 'The role defined for the function cannot be assumed by Lambda.'),
  scheduler: () =>
    new AwsError(
      'ValidationException',
      'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.',
    ),
  codebuild: () =>
    new AwsError(
      'InvalidInputException',
      'CodeBuild is not authorized to perform: sts:AssumeRole on service role. Please verify that: 1) The provided service role exists, 2) The role name is case-sensitive and matches exactly, and 3) The role has the necessary trust policy configured.',
    ),
};

/**
 * In a fresh account, a new resource is not visible everywhere at once, as on AWS: IAM is eventually consistent, and
 * the name of a deleted bucket is taken for a while. A lab has it only where a test asks for it; docs/first-use.md has
 * the list.
 */
export class FreshAccount implements LabService {
  readonly services = [...Object.keys(UNKNOWN_ROLE), 'iam', 's3'];
  /** The list has the refusals so far, as `service:operation`. */
  readonly refusals: string[] = [];
  readonly #context: LabContext;
  /** The time may be set while the lab is up: CloudFormation's handlers retry what the lab's do not. */
  settleMs: number;
  readonly #now: () => number;
  /** The map has the time at which each resource is settled: roles by ARN, buckets by name, and ECS's own role. */
  readonly #until = new Map<string, number>();

  constructor(context: LabContext, { settleMs, now = Date.now }: FreshAccountOptions) {
    this.#context = context;
    this.settleMs = settleMs;
    this.#now = now;
  }

  async handle(request: AwsRequest): Promise<AwsResponse | undefined> {
    const { service, params, principal } = request;
    const operation = operationOf(request);
    if (service === 's3') return this.#takenName(request);
    if (!operation) return undefined;
    if (service === 'ecs' && operation === 'CreateCluster') return this.#linkedRole();
    const error = UNKNOWN_ROLE[service];
    const [role] = passedRoles(service, operation, { params })
      .flatMap(({ resources }) => resources)
      .filter((arn) => this.#isUnsettled(arn));
    if (!error || !role) return undefined;
    return this.#refuse(`${service}:${operation}`, jsonError(error(role, principal ?? 'operator')));
  }

  async after(request: AwsRequest, response: AwsResponse): Promise<AwsResponse> {
    const { service, action, params } = request;
    const done = response.status < 300;
    if (done && service === 'iam' && action === 'CreateRole') {
      const path = text(params.Path) ?? '/';
      this.#begin(`arn:aws:iam::${this.#context.accountId}:role${path}${text(params.RoleName)}`);
    }
    if (done && service === 's3' && request.method === 'DELETE') {
      const bucket = bucketOf(request);
      if (bucket) this.#begin(bucket);
    }
    return response;
  }

  /** The first call creates AWSServiceRoleForECS, which ECS cannot assume before IAM has it everywhere. */
  #linkedRole(): AwsResponse | undefined {
    const role = 'AWSServiceRoleForECS';
    if (!this.#until.has(role)) this.#begin(role);
    if (!this.#isUnsettled(role)) return undefined;
    const message = 'Unable to assume the service linked role. Please verify that the ECS service linked role exists.';
    return this.#refuse('ecs:CreateCluster', jsonError(new AwsError('InvalidParameterException', message)));
  }

  #takenName(request: AwsRequest): AwsResponse | undefined {
    const bucket = request.method === 'PUT' ? bucketOf(request) : undefined;
    if (!bucket || !this.#isUnsettled(bucket)) return undefined;
    return this.#refuse('s3:CreateBucket', {
      status: 409,
      headers: { 'content-type': 'application/xml' },
      body: '<?xml version="1.0" encoding="UTF-8"?><Error><Code>OperationAborted</Code><Message>A conflicting conditional operation is currently in progress against this resource. Please try again.</Message></Error>',
    });
  }

  #begin(what: string): void {
    this.#until.set(what, this.#now() + this.settleMs);
  }

  #isUnsettled(what: string): boolean {
    return this.#now() < (this.#until.get(what) ?? 0);
  }

  #refuse(call: string, response: AwsResponse): AwsResponse {
    this.refusals.push(call);
    this.#context.log(`fresh account: ${call} is refused`);
    return response;
  }
}

/** Returns the bucket of a call about a bucket itself, and not about a setting of it or an object. */
function bucketOf({ url }: AwsRequest): string | undefined {
  const [bucket, ...key] = decodeURIComponent(url.pathname).replace(/^\/+/, '').split('/');
  const about = [...url.searchParams.keys()].filter((name) => name !== 'x-id');
  return bucket && key.join('/') === '' && about.length === 0 ? bucket : undefined;
}
