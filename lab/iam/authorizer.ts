import type { LabContext } from '../context.ts';
import type { AwsRequest, AwsResponse, LabService } from '../service.ts';
import { type Access, accessOf } from './access.ts';
import { denial } from './denial.ts';
import { CREATE_LINKED_ROLE, linkedRole } from './dependents.ts';
import { isAllowed } from './evaluation.ts';
import { tagKeys, text } from './parameters.ts';
import { PolicyStore, type RolePolicies } from './policies.ts';
import { knowsBoundaryOf, knowsTagsOf } from './reference.ts';
import { ResourceTags } from './resource-tags.ts';
import { bucketOfObject } from './resources/s3.ts';
import { LISTS_SECURITY_GROUPS } from './validations.ts';

/** The lab's roles call these services. */
const SERVICES = [
  ...[
    'application-autoscaling',
    'cloudcontrolapi',
    'cloudtrail',
    'codebuild',
    'dynamodb',
    'ec2',
    'ecr',
    'ecs',
    'elasticloadbalancing',
    'events',
  ],
  ...['iam', 'kms', 'lambda', 'logs', 'monitoring', 'rds', 's3', 'scheduler', 'secretsmanager', 'sns', 'sqs', 'ssm'],
  ...['states', 'sts', 'tagging'],
];

/** It makes roles and changes them. Calls of its own are not judged. */
const CLOUDFORMATION = 'cloudformation';
const CHANGE_POLICIES = ['iam', CLOUDFORMATION];

const ASSUME_ROLE = 'AssumeRole';

/**
 * AWS Identity and Access Management checks each call that a role signs against that role's own policies, before
 * anything else handles it. A call that AWS would deny is denied. The operator may do everything.
 */
export class Authorizer implements LabService {
  readonly services = [...SERVICES, CLOUDFORMATION];
  readonly #context: LabContext;
  readonly #policies: PolicyStore;
  readonly #tags: ResourceTags;
  readonly #enforce: (principal: string) => boolean;
  /** The set has the ARNs of the service-linked roles whose creation was allowed. */
  readonly #linked = new Set<string>();
  /** The same question has the same answer until policies change. */
  readonly #answers = new WeakMap<RolePolicies, Map<string, boolean>>();

  /** @param enforce returns whether a principal's calls are denied; those of others are only recorded */
  constructor(context: LabContext, enforce: (principal: string) => boolean = () => true) {
    this.#context = context;
    this.#enforce = enforce;
    this.#policies = new PolicyStore(context.emulator);
    this.#tags = new ResourceTags(context.client);
  }

  async handle(request: AwsRequest): Promise<AwsResponse | undefined> {
    const { principal, service } = request;
    if (!principal || service === CLOUDFORMATION) return undefined;
    const policies = await this.#policies.of(principal);
    // The role is one of AWS's own, which nobody else can change.
    if (!policies) return undefined;
    this.#context.permissionUsage.granted(principal, policies);
    const needed = await this.#needed(request, policies);
    if (!needed) {
      this.#context.permissionUsage.unknown(principal, request);
      return this.#enforce(principal) ? this.#denyUnknown(request, principal) : undefined;
    }
    const denied = needed.flatMap((access) =>
      access.resources
        .filter((resource) => !this.#isAllowed(principal, policies, access, resource))
        .map((resource) => ({ action: access.action, resource })),
    );
    for (const { action } of needed)
      if (!denied.some((one) => one.action === action)) this.#context.permissionUsage.allowed(principal, action);
    const [first] = denied;
    if (!first) {
      for (const { action, resources } of needed)
        if (action === CREATE_LINKED_ROLE) this.#linked.add(resources[0] ?? '');
      return undefined;
    }
    for (const { action, resource } of denied) this.#context.permissionUsage.denied(principal, action, resource);
    return this.#enforce(principal) ? this.#deny(request, principal, first) : undefined;
  }

  async after(request: AwsRequest, response: AwsResponse): Promise<AwsResponse> {
    if (CHANGE_POLICIES.includes(request.service)) this.#policies.changed(request);
    const { body, status } = response;
    // Roles that the operator assumes may do what the operator may.
    if (request.action === ASSUME_ROLE && request.principal && status === 200) this.#assume(request, String(body));
    if (request.service === 's3' && status === 404 && !body.includes('NoSuchBucket'))
      return this.#missingObject(request, response);
    return response;
  }

  /** The emulator creates the credentials; a call that they sign is the role's from now on. */
  #assume({ params }: AwsRequest, body: string): void {
    const accessKeyId = /<AccessKeyId>(\w+)</.exec(body)?.[1];
    const role = text(params.RoleArn);
    if (!accessKeyId || !role) throw new Error('sts: an answer to AssumeRole without credentials');
    this.#context.credentials.adopt(accessKeyId, { role, name: text(params.RoleSessionName) ?? '' });
  }

  /** Only a caller that may list the bucket learns that an object does not exist; any other caller is denied. */
  async #missingObject(request: AwsRequest, response: AwsResponse): Promise<AwsResponse> {
    const { principal, method } = request;
    const bucket = bucketOfObject(request.url);
    const policies =
      principal && bucket && /^(GET|HEAD)$/.test(method) ? await this.#policies.of(principal) : undefined;
    if (!principal || !bucket || !policies) return response;
    const action = 's3:ListBucket';
    if (this.#isAllowed(principal, policies, { action }, bucket)) {
      this.#context.permissionUsage.allowed(principal, action);
      return response;
    }
    this.#context.permissionUsage.denied(principal, action, bucket);
    return this.#enforce(principal) ? this.#deny(request, principal, { action, resource: bucket }) : response;
  }

  /**
   * Returns the permissions that AWS would require, with the facts that only the account has: what exists already, and
   * its tags.
   */
  async #needed(request: AwsRequest, policies: RolePolicies): Promise<Access[] | undefined> {
    const association = text(request.params.AssociationId);
    const isAddress = association?.startsWith('eipassoc-');
    const address = association && isAddress ? await this.#tags.addressOf(association) : {};
    const table = association && !isAddress ? await this.#tags.routeTableOf(association) : undefined;
    const target = request.service === 'application-autoscaling' && (await this.#tags.scalableTarget(request.params));
    const mapped = /\/event-source-mappings\/([^/]+)$/.exec(request.url.pathname)?.[1];
    const params = {
      ...request.params,
      ...(mapped ? await this.#tags.functionOf(mapped) : {}),
      ...address,
      ...(table ? { RouteTableId: table } : {}),
      ...(target ? { ScalableTargetARN: target } : {}),
      ...(LISTS_SECURITY_GROUPS.has(request.action ?? '') ? { VpcId: await this.#tags.vpcOf(request.params) } : {}),
    };
    const needed = await accessOf({ ...request, params }, this.#context);
    if (!needed) return undefined;
    const [first] = needed;
    const linked = first ? linkedRole(first.action, this.#context) : [];
    if (!linked.some(({ resources }) => resources.some((role) => this.#linked.has(role)))) needed.push(...linked);
    return (await Promise.all(needed.map((access) => this.#withAccount(access, request, policies)))).flat();
  }

  async #withAccount(access: Access, { params }: AwsRequest, policies: RolePolicies): Promise<Access[]> {
    const { action, resources } = access;
    if (action === `sts:${ASSUME_ROLE}`) {
      const trust = (await this.#policies.of(resources[0] ?? ''))?.trust;
      return [trust ? { ...access, trust } : access];
    }
    const boundary = (await knowsBoundaryOf(action))
      ? (text(params.PermissionsBoundary) ?? (await this.#policies.of(resources[0] ?? ''))?.boundaryArn)
      : undefined;
    const context = { ...access.context, ...(boundary ? { 'iam:PermissionsBoundary': boundary } : {}) };
    if (!policies.tellsTags(action)) return [{ ...access, context }];
    return Promise.all(
      resources.map(async (resource) => {
        const tags = (await knowsTagsOf(action, resource)) ? await this.#tags.of(resource) : {};
        return { action, resources: [resource], context: { ...context, ...tagKeys('ResourceTag', tags) } };
      }),
    );
  }

  #isAllowed(
    principal: string,
    policies: RolePolicies,
    { action, context = {}, trust }: Omit<Access, 'resources'>,
    resource: string,
  ): boolean {
    const answers = this.#answers.get(policies) ?? new Map<string, boolean>();
    this.#answers.set(policies, answers);
    const question = JSON.stringify([action, resource, context, trust]);
    const known = answers.get(question);
    if (known !== undefined) return known;
    const allowed = isAllowed(
      this.#context,
      principal,
      policies,
      { action, context, ...(trust ? { trust } : {}) },
      resource,
    );
    answers.set(question, allowed);
    return allowed;
  }

  /** A call that is new to the product needs its row in lab/iam/resources. */
  #denyUnknown(request: AwsRequest, principal: string): AwsResponse {
    const { service, action, method, url } = request;
    const call = `${service}:${action ?? `${method} ${url.pathname}`}`;
    this.#context.log(`iam: ${principal} is denied ${call}, which the lab cannot judge`);
    return denial(request, `${principal} is denied: the lab does not know which resources ${call} needs`);
  }

  #deny(request: AwsRequest, principal: string, { action, resource }: { action: string; resource: string }) {
    this.#context.log(`iam: ${principal} is denied ${action} on ${resource}`);
    return denial(request, `${principal} is not authorized to perform: ${action} on resource: ${resource}`);
  }
}
