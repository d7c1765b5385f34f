import { runUnsafeSimulation } from '@cloud-copilot/iam-simulate';
import type { LabContext } from '../context.ts';
import type { AwsRequest, AwsResponse, LabService } from '../service.ts';
import { type Access, accessOf } from './access.ts';
import { denial } from './denial.ts';
import { Ledger } from './ledger.ts';
import { PolicyStore, type RolePolicies } from './policies.ts';

/** Everything that the lab's roles call. */
const SERVICES = [
  ...['application-autoscaling', 'codebuild', 'dynamodb', 'ec2', 'ecr', 'ecs', 'elasticloadbalancing', 'events'],
  ...['iam', 'kms', 'lambda', 'logs', 'monitoring', 'rds', 's3', 'scheduler', 'secretsmanager', 'sns', 'sqs', 'ssm'],
  ...['states', 'sts', 'tagging'],
];

/**
 * AWS Identity and Access Management: each call that a role signs is held against that role's own policies, before
 * anybody else sees it. What AWS would deny is denied. The operator may do everything.
 */
export class Authorizer implements LabService {
  readonly services = SERVICES;
  readonly ledger = new Ledger();
  readonly #context: LabContext;
  readonly #policies: PolicyStore;

  readonly #enforce: (principal: string) => boolean;

  /** @param enforce whose calls are denied; those of others are only written down */
  constructor(context: LabContext, enforce: (principal: string) => boolean = () => true) {
    this.#context = context;
    this.#enforce = enforce;
    this.#policies = new PolicyStore(context.emulator);
  }

  async handle(request: AwsRequest): Promise<AwsResponse | undefined> {
    const { principal } = request;
    if (!principal) return undefined;
    const needed = await accessOf(request, this.#context);
    const policies = await this.#policies.of(principal);
    if (!needed || !policies) {
      this.ledger.unknown(principal, request);
      return undefined;
    }
    const denied = needed.flatMap((access) => this.#denied(principal, access, policies));
    for (const { action } of needed)
      if (!denied.some((one) => one.action === action)) this.ledger.allowed(principal, action);
    const [first] = denied;
    if (!first) return undefined;
    for (const { action, resource } of denied) this.ledger.denied(principal, action, resource);
    if (!this.#enforce(principal)) return undefined;
    return denial(request, `${principal} is not authorized to perform: ${first.action} on resource: ${first.resource}`);
  }

  async after(request: AwsRequest, response: AwsResponse): Promise<AwsResponse> {
    if (request.service === 'iam' && !/^(Get|List)/.test(request.action ?? '')) this.#policies.forget();
    return response;
  }

  #denied(principal: string, { action, resources, context = {} }: Access, { identity, boundary }: RolePolicies) {
    const { accountId, region } = this.#context;
    return resources.flatMap((resource) => {
      const result = runUnsafeSimulation(
        {
          request: {
            principal,
            action,
            resource: { resource, accountId },
            contextVariables: {
              'aws:PrincipalArn': principal,
              'aws:PrincipalAccount': accountId,
              'aws:RequestedRegion': region,
              'aws:SecureTransport': 'true',
              ...context,
            },
          },
          identityPolicies: identity,
          serviceControlPolicies: [],
          resourceControlPolicies: [],
          ...(boundary ? { permissionBoundaryPolicies: boundary } : {}),
        },
        {},
      );
      return result === 'Allowed' ? [] : [{ action, resource }];
    });
  }
}
