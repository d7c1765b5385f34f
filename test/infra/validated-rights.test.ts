import { expect, test } from 'vitest';
import { accessOf } from '../../lab/iam/access.ts';
import { aCall } from '../../lab/test/unit/iam/request.ts';
import { flat, listOf, runbook, type Statement } from './support/runbook.ts';

/**
 * AWS requires these permissions of Terraform's role in addition to the actions that Terraform calls. The lab requires
 * the same.
 */

const { template } = runbook();
const policies = Object.entries(template.findResources('AWS::IAM::ManagedPolicy')).filter(([id]) =>
  /Terraform/.test(id),
);
const statements = policies.flatMap(
  ([, { Properties }]) => (Properties as { PolicyDocument: { Statement: Statement[] } }).PolicyDocument.Statement,
);

const PLACES: Record<string, string> = {
  '<AWS::Partition>': 'aws',
  '<AWS::Region>': 'eu-west-1',
  '<AWS::AccountId>': '123456789012',
};
const patternOf = (resource: unknown) => flat(resource).replaceAll(/<[^>]*>/g, (name) => PLACES[name] ?? name);

function isGranted(action: string, resource: string): boolean {
  return statements
    .filter(({ Action }) => listOf(Action).includes(action))
    .flatMap(({ Resource }) => listOf(Resource).map(patternOf))
    .some((pattern) =>
      new RegExp(`^${pattern.replaceAll(/[.+^${}()|[\]\\?]/g, '\\$&').replaceAll('*', '.*')}$`).test(resource),
    );
}

const NAME = 'order-platform-dev-v3';

test.each([
  ['elasticloadbalancing', 'CreateLoadBalancer', { Name: `${NAME}-alb`, VpcId: 'vpc-1', SecurityGroups: ['sg-1'] }],
  [
    'rds',
    'CreateDBInstance',
    {
      DBInstanceIdentifier: `${NAME}-db`,
      DBSubnetGroupName: `${NAME}-db`,
      Engine: 'postgres',
      EngineVersion: '17',
      ManageMasterUserPassword: 'true',
    },
  ],
  [
    'rds',
    'CreateDBInstance',
    {
      DBInstanceIdentifier: `${NAME}-db`,
      DBParameterGroupName: `${NAME}-db`,
      OptionGroupName: `${NAME}-db`,
      Engine: 'postgres',
      EngineVersion: '17',
    },
  ],
  ...['RegisterScalableTarget', 'PutScalingPolicy', 'DeleteScalingPolicy'].map(
    (action) =>
      [
        'application-autoscaling',
        action,
        { ServiceNamespace: 'ecs', ResourceId: `service/${NAME}-cluster/${NAME}-api-svc` },
      ] as const,
  ),
] as const)('%s %s: all that AWS asks for is granted', async (service, action, params) => {
  const needed = await accessOf(aCall(service, { action, params }), { region: 'eu-west-1', accountId: '123456789012' });
  const lacking = needed?.flatMap((one) =>
    one.resources
      .filter((resource) => !isGranted(one.action, resource))
      .map((resource) => `${one.action} on ${resource}`),
  );
  expect(lacking).toEqual([]);
});
