import { readFileSync } from 'node:fs';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { FUNCTIONS, HANDLER_NAMES } from '../../lambdas/contracts/functions.ts';
import { MACHINES } from '../../lambdas/contracts/record.ts';
import type { RunbookConfig } from '../../lib/config/config.ts';
import { UNATTENDED } from '../../lib/functions/functions.ts';
import { RECORD_ATTRIBUTES } from '../../lib/iam/record-grants.ts';
import { acknowledgeWildcards } from '../../lib/iam/role.ts';
import config from '../../runbook.config.ts';
import { actionsOf, flat, resourcesOf, runbook, statementsOf } from './support/runbook.ts';

/** A check of resources of all kinds, with all that they can be asked for. It has the name of its handler. */
const resources = {
  name: 'resources',
  waitSeconds: 60,
  targets: [
    { kind: 'http', of: { output: 'alb_dns_name' } },
    { kind: 'alarms' },
    { kind: 'lambda', invoke: {}, errors: { atMostPercent: 1 } },
    { kind: 'ecs' },
    { kind: 'sqs' },
    { kind: 'dynamodb', pointInTimeRecovery: true },
    { kind: 'rds', metrics: [{ name: 'CPUUtilization', atMost: 80 }] },
    { kind: 'step-functions' },
    { kind: 'eventbridge-rule' },
  ],
} satisfies NonNullable<RunbookConfig['stack']['resourceChecks']>[number];
/** A check that is a build has the name of its handler, too. */
const build = {
  name: 'build',
  run: { image: `public.ecr.aws/x/y@sha256:${'0'.repeat(64)}`, command: 'true' },
} satisfies NonNullable<RunbookConfig['stack']['buildChecks']>[number];
/** A journey with all that it can need. */
const journey = {
  name: 'journey',
  waitSeconds: 60,
  request: { of: { output: 'alb_dns_name' }, path: '/jobs', id: 'id' },
  readBack: { path: '/jobs/{id}', id: 'id', state: 'state', until: 'done' },
  logs: [{ name: 'worked', group: '/aws/lambda/{prefix}-work', contains: 'taken' }],
  queue: { of: { address: 'aws_sqs_queue.jobs' } },
} satisfies NonNullable<RunbookConfig['stack']['journeys']>[number];
const { template, stack } = runbook({
  // Of all checks of a stack there are ten at most.
  stack: { ...config.stack, resourceChecks: [resources], buildChecks: [build], journeys: [journey] },
});
const OWN = ['logs:CreateLogStream', 'logs:PutLogEvents', 'xray:PutTelemetryRecords', 'xray:PutTraceSegments'];

test('there is one function for each handler, and no other', () => {
  template.resourceCountIs('AWS::Lambda::Function', HANDLER_NAMES.length);
});

describe.each(HANDLER_NAMES)('%s', (handler) => {
  const [fn] = Object.values(
    template.findResources('AWS::Lambda::Function', { Properties: { FunctionName: `runbook-${handler}` } }),
  );

  test('runs on Node 24, on ARM, traced, within its own limits', () => {
    expect(fn?.Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Timeout: FUNCTIONS[handler].timeoutSeconds,
      MemorySize: FUNCTIONS[handler].memoryMb,
      TracingConfig: { Mode: 'Active' },
    });
  });

  test('gets exactly the variables that it reads', () => {
    expect(Object.keys(fn?.Properties.Environment?.Variables ?? {}).sort()).toEqual(
      [...FUNCTIONS[handler].variables].sort(),
    );
  });

  test('may do exactly what it needs', () => {
    const actions = actionsOf(statementsOf(template, `What runbook-${handler} may do`));
    const queue = (UNATTENDED as readonly string[]).includes(handler) ? ['sqs:SendMessage'] : [];
    // Some are granted twice: on what has the project's tag, and on what GuardDuty has left.
    // Without a webhook nobody may put an event.
    const needed = FUNCTIONS[handler].actions.filter((action) => action !== 'events:PutEvents');
    expect([...new Set(actions)]).toEqual([...needed, ...OWN, ...queue].sort());
  });

  test('logs to a group of its own that does not grow for ever', () => {
    template.hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: `/aws/lambda/runbook-${handler}`,
      RetentionInDays: Match.anyValue(),
    });
    expect(fn?.Properties.LoggingConfig.LogGroup).toBeDefined();
  });
});

describe('grants', () => {
  const of = (handler: string) => statementsOf(template, `What runbook-${handler} may do`);
  const ofMachine = (name: string) => statementsOf(template, `What executions of runbook-${name} may do`);

  test('deletions reach only state buckets of environments in this account', () => {
    const deletions = HANDLER_NAMES.flatMap((handler) => resourcesOf(of(handler), 's3:DeleteObjectVersion'));
    expect(deletions).toEqual(['arn:<AWS::Partition>:s3:::order-platform-*-v3-tfstate-<AWS::AccountId>/*']);
  });

  const runs = 'environments/dev/runs/dev-20260131T120000-abcdef';
  /** Terraform or a build reads these objects from the control bucket and runs or trusts them. */
  const EXECUTED = [
    ...[`${runs}/bundle.zip`, `${runs}/bundle-3.zip`, `${runs}/3/stack.tfplan`, `${runs}/3/destroy.tfplan`],
    ...[`${runs}/3/planned.tfvars.json`, `${runs}/stack.auto.tfvars.json`, `${runs}/errored.tfstate`],
    ...['environments/dev/bootstrap/terraform.tfstate', `${runs}/errored-bootstrap.tfstate`, `${runs}/stack.lineage`],
    ...['tools/terraform/1.11.4/terraform_1.11.4_linux_arm64.zip', 'tools/providers/registry.terraform.io/a/b/c.zip'],
    'tools/opentofu/1.10.0/tofu_1.10.0_linux_arm64.zip',
  ];
  const writes = (handler: string) =>
    resourcesOf(of(handler), 's3:PutObject').map(
      (arn) =>
        new RegExp(
          `^${arn
            .replace(/^.*?\/(?=environments)/, '')
            .replaceAll('.', '\\.')
            .replaceAll('*', '.*')}$`,
        ),
    );

  test('claim writes the archives that builds run, and no function anything else of what is run', () => {
    const written = HANDLER_NAMES.flatMap((handler) =>
      EXECUTED.filter((key) => writes(handler).some((pattern) => pattern.test(key))).map((key) => [handler, key]),
    );
    expect(written).toEqual(EXECUTED.slice(0, 2).map((key) => ['claim', key]));
  });

  /**
   * Returns the functions and machines that may change an attribute of a record by an update. A claim, which writes a
   * whole record, is not an update.
   */
  const whoMayUpdate = (attribute: string) =>
    [
      ...HANDLER_NAMES.map((name) => [name, of(name)] as const),
      ...MACHINES.map((name) => [name, ofMachine(name)] as const),
    ]
      .filter(([, statements]) => {
        const updates = statements.filter(({ Action }) => [Action].flat().includes('dynamodb:UpdateItem'));
        return updates.some(({ Condition }) => {
          const named = Condition?.['ForAllValues:StringEquals']?.['dynamodb:Attributes'] as string[] | undefined;
          return !named || named.includes(attribute);
        });
      })
      .map(([name]) => name);

  test.each<[string, string[]]>([
    ['bundleKey', ['release-claim']],
    ['bundleSha256', ['release-claim']],
    ['commit', ['release-claim', 'deploy']],
    ['lineage', ['outputs']],
    ['outputs', ['outputs', 'teardown']],
    ['usdPerHour', ['outputs']],
    ['teardownBegan', ['outputs', 'evidence']],
    ['provisionBegan', ['release-claim', 'outputs', 'evidence']],
    ['applied', ['outputs', 'evidence']],
    ['expiresAt', ['release-claim', 'lease']],
    ['protection', ['lease']],
    ['lastValidation', ['evidence']],
    ['lastSweep', ['verdict']],
    ['lastFailure', ['execution-changed']],
    ...['stateBucket', 'lockTable', 'createdAt', 'claimedAt', 'ownerMachine'].map((name): [string, string[]] => [
      name,
      [],
    ]),
  ])('of a record, %s is changed by %j alone', (attribute, names) => {
    expect(whoMayUpdate(attribute)).toEqual(names);
  });

  test('whoever gets a whole record back from an update asks whether it is the owner, and no other does', () => {
    const unlimited = HANDLER_NAMES.filter((name) =>
      of(name).some(
        ({ Action, Condition }) =>
          [Action].flat().includes('dynamodb:UpdateItem') &&
          !Condition?.StringEqualsIfExists?.['dynamodb:ReturnValues'],
      ),
    );
    const asking = HANDLER_NAMES.filter((name) => RECORD_ATTRIBUTES[name]?.includes('work'));
    expect(unlimited).toEqual(asking);
    expect(asking).not.toContain('evidence');
  });

  test.each(['provision', 'deploy', 'teardown'] as const)(
    '%s updates the attributes that its states name',
    (machine) => {
      const source = readFileSync(new URL(`../../statemachines/${machine}.asl.json`, import.meta.url), 'utf8');
      const named = Object.values(JSON.parse(source).States as Record<string, { Arguments?: Record<string, object> }>)
        .filter(({ Arguments }) => Arguments?.UpdateExpression)
        .flatMap(({ Arguments = {} }) => {
          const { UpdateExpression, ConditionExpression, ExpressionAttributeNames = {}, Key = {} } = Arguments;
          const bare = `${UpdateExpression} ${ConditionExpression}`.match(/(?<![#:\w])[a-z]\w*/g) ?? [];
          return [...bare, ...Object.keys(Key), ...Object.values(ExpressionAttributeNames)];
        });
      expect([...new Set(named)].sort()).toEqual([...(RECORD_ATTRIBUTES[machine] ?? [])].sort());
    },
  );

  test.each([
    ['evidence', `${runs}/validations/e/report.json`],
    ['inventory', `${runs}/inventory.json`],
    ['remove-unmanaged', `${runs}/unmanaged.json`],
    ['sweep-services', `${runs}/sweeps/e/pass-1-rds.json`],
    ['verdict', `${runs}/certificate.json`],
    ['verdict', `${runs}/certificate.html`],
    ['find-expired', 'environments/dev/unreadable-records/2026-01-31T12:00:00Z.json'],
  ])('%s writes %s', (handler, key) => {
    expect(writes(handler).some((pattern) => pattern.test(key))).toBe(true);
  });

  test('a failed execution may start the teardown machine and no other', () => {
    expect(resourcesOf(of('execution-changed'), 'states:StartExecution')).toEqual([
      expect.stringMatching(/:stateMachine:runbook-teardown$/),
    ]);
  });

  test('a claim may stop what a teardown stops, and look at whoever may hold an environment', () => {
    const machines = (action: string) =>
      resourcesOf(of('claim'), action)
        .map((arn) => /:execution:runbook-(\w+):\*$/.exec(arn)?.[1])
        .sort();
    expect(machines('states:StopExecution')).toEqual(['deploy', 'provision']);
    expect(machines('states:DescribeExecution')).toEqual([...MACHINES].sort());
  });

  test('whichever execution begins or ends, it may be asked how', () => {
    expect(resourcesOf(of('execution-changed'), 'states:DescribeExecution')).toHaveLength(MACHINES.length);
  });

  test('a sweep asks for the builds of its own projects alone', () => {
    const own = /:project\/runbook-(?:terraform|images|check-[\w-]+)$/;
    for (const action of ['codebuild:ListBuildsForProject', 'codebuild:BatchGetBuilds'])
      expect(resourcesOf(of('sweep-services'), action).filter((arn) => !own.test(arn))).toEqual([]);
  });

  test('nothing that a function may write to is a bare wildcard', () => {
    const reads = /^[a-z0-9-]+:(Describe|Get|List|Lookup)|^xray:/;
    for (const handler of HANDLER_NAMES) {
      for (const { Action, Resource } of of(handler)) {
        // This action is the only one among them that takes no resource.
        const writes = [Action]
          .flat()
          .filter((action) => !reads.test(action) && action !== 'ecs:DeregisterTaskDefinition');
        if (writes.length > 0) expect([Resource].flat().map(flat), writes.join()).not.toContain('*');
      }
    }
  });

  test('unmanaged resources are removed by the tags or the names of environments only', () => {
    const statements = of('remove-unmanaged').filter(({ Action }) =>
      [Action].flat().some((action) => /:(?!Describe|Get|List)/.test(action)),
    );
    const deletes = statements.filter(({ Action }) =>
      [Action].flat().some((action) => /:(Delete|Release|Revoke|Detach|Stop|Remove|Deregister)/.test(action)),
    );
    expect(deletes.length).toBeGreaterThan(10);
    for (const { Action, Resource, Condition } of deletes) {
      if ([Action].flat().includes('ecs:DeregisterTaskDefinition')) continue;
      // A resource that GuardDuty leaves in a VPC has GuardDuty's own tag, and no tag of the project.
      if (Condition?.StringEquals?.['aws:ResourceTag/GuardDutyManaged'] === 'true') continue;
      // The default group of a VPC has no tags. It can only be found by its VPC.
      if (Condition?.Null?.['aws:ResourceTag/environment'] === 'true') {
        expect([Action, Resource].flat().map(flat)).toEqual([
          'ec2:RevokeSecurityGroupEgress',
          'ec2:RevokeSecurityGroupIngress',
          expect.stringMatching(/:security-group\/\*$/),
        ]);
        continue;
      }
      const tagged = Condition?.StringEquals?.['aws:ResourceTag/project'] === 'order-platform';
      const named = [Resource]
        .flat()
        .map(flat)
        .every((arn) => arn.includes('order-platform-*'));
      expect(tagged || named, [Action].flat().join()).toBe(true);
      if (tagged) expect(Condition?.Null).toEqual({ 'aws:ResourceTag/environment': 'false' });
    }
  });

  test('a wildcard without a reason is refused', () => {
    const bare = { actions: ['s3:GetObject'], resources: ['arn:aws:s3:::bucket/*'] };
    expect(() => acknowledgeWildcards(stack, [bare])).toThrow(/no reason is given for Resource::arn:aws:s3:::bucket/);
  });
});
