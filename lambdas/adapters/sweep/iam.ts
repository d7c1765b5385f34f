import {
  GetPolicyCommand,
  GetRoleCommand,
  IAMClient,
  ListPoliciesCommand,
  ListRolesCommand,
} from '@aws-sdk/client-iam';
import { type Candidate, PART, type Sweeper } from '../../operations/sweep-service.ts';
import { patientConfig } from '../client-config.ts';
import { ask, fromState, pages, present, splitArn } from './support.ts';

const iam = new IAMClient(patientConfig);

const PARTS = new Set(['aws_iam_role_policy', 'aws_iam_role_policy_attachment', 'aws_iam_policy_attachment']);

export const sweeper: Sweeper = {
  async *list({ owns }) {
    const roles = pages(
      (Marker) => iam.send(new ListRolesCommand({ Marker, MaxItems: 1_000 })),
      (page) => (page.IsTruncated ? page.Marker : undefined),
    );
    for await (const page of roles) {
      for (const { RoleName: id = '' } of page.Roles ?? []) if (owns(id)) yield { type: 'role', id };
    }
    const policies = pages(
      (Marker) => iam.send(new ListPoliciesCommand({ Scope: 'Local', Marker, MaxItems: 1_000 })),
      (page) => (page.IsTruncated ? page.Marker : undefined),
    );
    for await (const page of policies) {
      for (const { PolicyName = '', Arn: arn = '' } of page.Policies ?? []) {
        if (owns(PolicyName)) yield { type: 'policy', id: arn, arn };
      }
    }
  },
  fromInventory: (item) => (PARTS.has(item.type) ? PART : fromState(item, { aws_iam_role: 'role' }, fromArn)),
  fromArn,
  confirm: ({ type, id }) =>
    type === 'role'
      ? ask(async () => present((await iam.send(new GetRoleCommand({ RoleName: id }))).Role?.Arn), ...NO_SUCH_ENTITY)
      : ask(
          async () => present((await iam.send(new GetPolicyCommand({ PolicyArn: id }))).Policy?.Arn),
          ...NO_SUCH_ENTITY,
        ),
};

const NO_SUCH_ENTITY = ['NoSuchEntityException', 'NoSuchEntity'];

function fromArn(arn: string): Candidate | undefined {
  const { resource } = splitArn(arn);
  if (resource.startsWith('role/')) return { type: 'role', id: resource.slice(resource.lastIndexOf('/') + 1), arn };
  return resource.startsWith('policy/') ? { type: 'policy', id: arn, arn } : undefined;
}
