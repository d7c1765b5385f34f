import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import intake from '../../examples/document-intake/runbook.config.ts';
import links from '../../examples/short-links/runbook.config.ts';
import { Simulator } from '../../lab/iam/simulator.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import type { PlanFile, TeardownRisk } from '../../lambdas/contracts/plan.ts';
import type { Permissions, Question } from '../../lambdas/plan/permissions/missing.ts';
import { planRisks } from '../../lambdas/plan/plan-risks.ts';
import { isOwnedName } from '../../lambdas/sweep/owned-names.ts';
import type { RunbookConfig } from '../../lib/config/config.ts';
import orders from '../../runbook.config.ts';
import { runbook } from '../infra/support/runbook.ts';
import { policiesOf } from '../infra/support/template-policies.ts';
import { planOf } from './support/plans.ts';

/**
 * The tests check real plans of real roots, as a build keeps them, for what stops a teardown, and against the policies that
 * the CDK app gives the role of its builds, with the lab's IAM simulator. Each root is planned once.
 */

type Simulate = (
  role: string,
  question: Question,
) => ReturnType<typeof import('../../lambdas/aws/policy-simulation.ts').simulate>;
let lab: Lab;
let iam: IAMClient;
let simulate: Simulate;
let missing: typeof import('../../lambdas/plan/permissions/missing.ts').missingPermissions;
const plans: Partial<Record<'orders' | 'intake' | 'links' | 'risky', PlanFile>> = {};
let roles = 0;
let asked = 0;

beforeAll(async () => {
  lab = await startLab({ services: [(context) => new Simulator(context)] });
  Object.assign(process.env, lab.environment);
  iam = new IAMClient(lab.context.client);
  ({ simulate } = await import('../../lambdas/aws/policy-simulation.ts'));
  ({ missingPermissions: missing } = await import('../../lambdas/plan/permissions/missing.ts'));
  const image = (name: string) => `${name}@sha256:${'a'.repeat(64)}`;
  plans.orders = await planOf(lab, orders.stack.root, {
    ...{ project: 'order-platform', prefix: 'order-platform-dev-v3' },
    ...{ api_image: image('api'), worker_image: image('worker') },
    permissions_boundary: 'arn:aws:iam::123456789012:policy/bound',
  });
  plans.intake = await planOf(lab, intake.stack.root, { project: 'document-intake', prefix: 'document-intake-dev' });
  plans.links = await planOf(lab, links.stack.root, {
    ...{ project: 'short-links', prefix: 'short-links-dev-v1' },
    permissions_boundary: 'arn:aws:iam::123456789012:policy/bound',
  });
  plans.risky = await planOf(lab, 'test/lab/fixtures/risky-root', { project: 'risky', prefix: 'risky-dev' });
});
afterAll(() => lab?.stop());

/** Creates a role with the policies that the configuration gives to the builds. */
async function roleOf(config: RunbookConfig): Promise<string> {
  roles += 1;
  const RoleName = `terraform-${roles}`;
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [] });
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  const bounded = {
    ...config,
    terraform: { ...config.terraform, permissionsBoundary: 'arn:aws:iam::123456789012:policy/bound' },
  };
  const { statements = [] } =
    policiesOf(runbook(bounded).template).find(({ name }) => /^BuildsTerraformRole[0-9A-F]+$/.test(name)) ?? {};
  expect(statements.length).toBeGreaterThan(10);
  for (const [index, one] of statements.entries()) {
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [one] });
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: `p${index}`, PolicyDocument }));
  }
  return Role?.Arn ?? '';
}

async function held(plan: PlanFile | undefined, project: string, role: string): Promise<Permissions> {
  asked = 0;
  const place = { partition: 'aws', region: 'eu-west-1', accountId: '123456789012' };
  return missing(plan?.resource_changes ?? [], { project, environment: 'dev' }, place, {
    simulate: (question) => {
      asked += 1;
      return simulate(role, question);
    },
  });
}
const without = (config: RunbookConfig, changes: Partial<RunbookConfig['stack']>): RunbookConfig => ({
  ...config,
  stack: { ...config.stack, ...changes },
});

describe('the role of the builds', () => {
  test('may do all that the order platform needs, and all of it but waits is asked', async () => {
    const { lacking, unjudged } = await held(plans.orders, 'order-platform', await roleOf(orders));
    expect(lacking).toEqual([]);
    expect(unjudged).toEqual([]);
    // IAM throttles, and the function that asks has 50 seconds.
    expect(asked).toBeLessThan(60);
  });

  test('may do all that document intake needs', async () => {
    const { lacking, unjudged } = await held(plans.intake, 'document-intake', await roleOf(intake));
    expect(lacking).toEqual([]);
    expect(unjudged).toEqual([]);
  });

  test('may do all that short links need, and pass their role to Lambda alone', async () => {
    const { lacking, unjudged } = await held(plans.links, 'short-links', await roleOf(links));
    expect(lacking).toEqual([]);
    expect(unjudged).toEqual([]);
    const other = await roleOf(without(links, { rolesFor: ['states'] }));
    expect((await held(plans.links, 'short-links', other)).lacking).toMatchObject([
      { address: 'aws_lambda_function.api', action: 'iam:PassRole' },
    ]);
  });

  test.each([
    ['network', 'aws_vpc.main', 'ec2:CreateVpc'],
    ['platform', 'aws_ecs_cluster.main', 'ecs:CreateCluster'],
    ['messaging', 'aws_sqs_queue.', 'sqs:CreateQueue'],
    ['roles', 'aws_iam_role.', 'iam:CreateRole'],
  ])(
    'without the set "%s" lacks what that is about, for making and for destroying it',
    async (set, address, action) => {
      const permissionSets = orders.stack.permissionSets.filter((one) => one !== set);
      const role = await roleOf(without(orders, { permissionSets }));
      const { lacking } = await held(plans.orders, 'order-platform', role);
      const found = lacking.filter((one) => one.address.startsWith(address));
      expect(found).toContainEqual(expect.objectContaining({ action, destroys: false }));
      expect(found).toContainEqual(expect.objectContaining({ destroys: true }));
    },
  );

  test('without a grant of the configuration lacks each of its actions', async () => {
    const { lacking } = await held(plans.intake, 'document-intake', await roleOf(without(intake, { grants: [] })));
    expect(lacking).toContainEqual({
      ...{ address: 'aws_s3_bucket.documents', action: 's3:DeleteBucket', destroys: true },
      resource: expect.stringContaining('arn:{partition}:s3:::document-intake-dev-'),
    });
  });

  test('may not make what has another name', async () => {
    const plan = structuredClone(plans.orders);
    for (const { type, change } of plan?.resource_changes ?? [])
      if (type === 'aws_sqs_queue' && change.after) change.after.name = 'orders';
    const { lacking } = await held(plan, 'order-platform', await roleOf(orders));
    expect(new Set(lacking.map(({ resource }) => resource))).toEqual(
      new Set(['arn:{partition}:sqs:eu-west-1:123456789012:orders']),
    );
  });

  test('and what has no row, or no answer, is said, and nothing is made of it', async () => {
    const [queue] = plans.orders?.resource_changes.filter(({ type }) => type === 'aws_sqs_queue') ?? [];
    const plan = {
      resource_changes: [{ ...queue, address: 'aws_kinesis_stream.a', type: 'aws_kinesis_stream' }, queue],
    } as PlanFile;
    const { lacking, unjudged } = await held(plan, 'order-platform', 'arn:aws:iam::123456789012:role/none');
    expect(lacking).toEqual([]);
    expect(unjudged).toContainEqual('aws_kinesis_stream.a: nobody knows what its type needs');
    expect(unjudged).toContainEqual(expect.stringMatching(/^IAM did not answer: NoSuchEntity/));
  });
});

function risksOf(plan: PlanFile | undefined, project: string, prefix: string): TeardownRisk[] {
  if (!plan) throw new Error(`${project} has no plan`);
  const own = { project, environment: 'dev' };
  return planRisks(plan, {
    ...{ own, owns: (name) => isOwnedName(prefix, name), maxDeletions: 150, accepted: [] },
  });
}

describe('in a plan', () => {
  test('of twelve settings that stop a teardown, twelve are named', () => {
    const risks = risksOf(plans.risky, 'risky', 'risky-dev');
    expect(risks.map(({ address, risk }) => `${address} ${risk}`).sort()).toEqual([
      'aws_cognito_user_pool.protected deletion-protection',
      'aws_db_instance.backups retained-backups',
      'aws_db_instance.protected deletion-protection',
      'aws_db_instance.snapshot final-snapshot',
      'aws_dynamodb_table.protected deletion-protection',
      'aws_ecr_repository.filled not-emptied',
      'aws_kms_key.waits recovery-window',
      'aws_lb.protected deletion-protection',
      'aws_quicksight_folder.unconfirmed unconfirmed-type',
      'aws_s3_bucket.filled not-emptied',
      'aws_secretsmanager_secret.waits recovery-window',
      'module.kept["a"].aws_sqs_queue.guarded prevent-destroy',
    ]);
  });

  test.each([
    ['orders', 'order-platform', 'order-platform-dev-v3'],
    ['intake', 'document-intake', 'document-intake-dev'],
  ] as const)('of %s, none is', (name, project, prefix) => {
    expect(risksOf(plans[name], project, prefix)).toEqual([]);
  });
});
