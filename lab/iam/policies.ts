import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  paginateListAttachedRolePolicies,
  paginateListRolePolicies,
} from '@aws-sdk/client-iam';
import type { ClientConfig } from '../context.ts';

export interface Statement {
  Effect?: string;
  Action?: string | readonly string[];
  Resource?: string | readonly string[];
  Condition?: Record<string, unknown>;
}

export interface Policy {
  name: string;
  policy: { Statement: unknown };
}

export interface RolePolicies {
  identity: Policy[];
  boundary: Policy[] | undefined;
  /** The ARN is that of the boundary. */
  boundaryArn: string | undefined;
  /** The policy decides who may assume the role. */
  trust: Policy['policy'];
  /** Returns whether the role's permission for an action depends on the tags of the resource. */
  tellsTags(action: string): boolean;
}

/**
 * The store has what the account's roles may do, as IAM has it. A role is read once, until something in IAM changes.
 */
export class PolicyStore {
  readonly #iam: IAMClient;
  readonly #roles = new Map<string, Promise<RolePolicies | undefined>>();

  constructor(emulator: ClientConfig) {
    this.#iam = new IAMClient(emulator);
  }

  /** @returns undefined for a role that IAM does not have: one of AWS's own */
  of(roleArn: string): Promise<RolePolicies | undefined> {
    const known = this.#roles.get(roleArn);
    if (known) return known;
    const read = this.#read(roleArn);
    this.#roles.set(roleArn, read);
    read.catch(() => this.#roles.delete(roleArn));
    return read;
  }

  /** Drops all roles after a change in IAM. */
  forget(): void {
    this.#roles.clear();
  }

  async #read(roleArn: string): Promise<RolePolicies | undefined> {
    const RoleName = roleArn.split('/').at(-1);
    const paginated = { client: this.#iam };
    const { Role } = (await this.#iam.send(new GetRoleCommand({ RoleName })).catch(none)) ?? {};
    if (!Role) return undefined;
    const identity: Policy[] = [];
    for await (const { PolicyNames = [] } of paginateListRolePolicies(paginated, { RoleName })) {
      for (const PolicyName of PolicyNames) {
        const { PolicyDocument = '' } = await this.#iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
        identity.push({ name: PolicyName, policy: parse(PolicyDocument) });
      }
    }
    for await (const { AttachedPolicies = [] } of paginateListAttachedRolePolicies(paginated, { RoleName })) {
      for (const { PolicyArn = '' } of AttachedPolicies) identity.push(await this.#managed(PolicyArn));
    }
    const boundary = Role.PermissionsBoundary?.PermissionsBoundaryArn;
    // A boundary that was deleted allows nothing.
    const bounds = boundary ? [(await this.#managed(boundary).catch(none)) ?? nothing(boundary)] : undefined;
    const patterns = statementsOf([...identity, ...(bounds ?? [])])
      .filter(({ Condition }) => JSON.stringify(Condition ?? {}).includes('ResourceTag/'))
      .flatMap(({ Action = [] }) => [Action].flat())
      .map(actionPattern);
    return {
      identity,
      boundary: bounds,
      boundaryArn: boundary,
      trust: parse(Role.AssumeRolePolicyDocument ?? '{}'),
      tellsTags: (action) => patterns.some((pattern) => pattern.test(action)),
    };
  }

  async #managed(PolicyArn: string): Promise<Policy> {
    const { Policy } = await this.#iam.send(new GetPolicyCommand({ PolicyArn }));
    const VersionId = Policy?.DefaultVersionId;
    const { PolicyVersion } = await this.#iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
    return { name: PolicyArn, policy: parse(PolicyVersion?.Document ?? '') };
  }
}

/** @throws any error other than "there is none" */
function none(error: Error): undefined {
  if (error.name !== 'NoSuchEntityException') throw error;
}

const nothing = (name: string): Policy => ({ name, policy: { Statement: [] } });

export function statementsOf(policies: readonly Policy[]): Statement[] {
  return policies.flatMap(({ policy }) => [policy.Statement].flat() as Statement[]);
}

/** The form of an action is `ec2:Describe*`. */
export function actionPattern(action: string): RegExp {
  return new RegExp(`^${action.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i');
}

/** IAM answers URL-encoded JSON. */
function parse(document: string): Policy['policy'] {
  return JSON.parse(document.startsWith('{') ? document : decodeURIComponent(document)) as Policy['policy'];
}
