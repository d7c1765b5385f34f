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

export interface Policy {
  name: string;
  policy: { Statement: unknown };
}

export interface RolePolicies {
  identity: Policy[];
  boundary: Policy[] | undefined;
}

/** What the account's roles may do, as IAM has it. Read once a role, until something in IAM changes. */
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
    const read = this.#read(roleArn).catch((error: Error) => {
      if (error.name === 'NoSuchEntityException') return undefined;
      throw error;
    });
    this.#roles.set(roleArn, read);
    read.catch(() => this.#roles.delete(roleArn));
    return read;
  }

  /** Something in IAM has changed. */
  forget(): void {
    this.#roles.clear();
  }

  async #read(roleArn: string): Promise<RolePolicies> {
    const RoleName = roleArn.split('/').at(-1);
    const paginated = { client: this.#iam };
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
    const { Role } = await this.#iam.send(new GetRoleCommand({ RoleName }));
    const boundary = Role?.PermissionsBoundary?.PermissionsBoundaryArn;
    return { identity, boundary: boundary ? [await this.#managed(boundary)] : undefined };
  }

  async #managed(PolicyArn: string): Promise<Policy> {
    const { Policy } = await this.#iam.send(new GetPolicyCommand({ PolicyArn }));
    const VersionId = Policy?.DefaultVersionId;
    const { PolicyVersion } = await this.#iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
    return { name: PolicyArn, policy: parse(PolicyVersion?.Document ?? '') };
  }
}

/** IAM answers URL-encoded JSON. */
function parse(document: string): Policy['policy'] {
  return JSON.parse(document.startsWith('{') ? document : decodeURIComponent(document)) as Policy['policy'];
}
