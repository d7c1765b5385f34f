import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { Authorizer } from '../../iam/authorizer.ts';
import { type Lab, startLab } from '../../lab.ts';
import type { LabServiceFactory } from '../../service.ts';

export const ROLE = 'arn:aws:iam::123456789012:role/some';

/** The class is a lab behind IAM, with one role whose policy a test writes. */
export class RoleLab {
  readonly lab: Lab;
  readonly iam: IAMClient;

  private constructor(lab: Lab) {
    this.lab = lab;
    this.iam = new IAMClient(lab.context.client);
  }

  /** @param services beside IAM */
  static async start(services: readonly LabServiceFactory[] = []): Promise<RoleLab> {
    const one = new RoleLab(await startLab({ services: [(context) => new Authorizer(context), ...services] }));
    await one.iam.send(new CreateRoleCommand({ RoleName: 'some', AssumeRolePolicyDocument: '{"Statement":[]}' }));
    return one;
  }

  /** Returns the configuration of a client that calls as the role. */
  asRole() {
    const { client, credentials } = this.lab.context;
    return { ...client, credentials: credentials.issue(ROLE), maxAttempts: 1 };
  }

  /** Replaces the role's policy, which is never empty. */
  async allow(Statement: object[]): Promise<void> {
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [...Statement, { Effect: 'Allow', Action: 'kms:ListAliases', Resource: '*' }],
    });
    await this.iam.send(new PutRolePolicyCommand({ RoleName: 'some', PolicyName: 'p', PolicyDocument }));
  }
}
