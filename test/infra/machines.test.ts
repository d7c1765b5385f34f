import { describe, expect, test } from 'vitest';
import { MACHINES, type MachineName } from '../../lambdas/contracts/record.ts';
import { actionsOf, flat, listOf, resourcesOf, runbook, statementsOf } from './support/runbook.ts';

const { template } = runbook();

function machine(name: MachineName) {
  const [found] = Object.values(
    template.findResources('AWS::StepFunctions::StateMachine', { Properties: { StateMachineName: `runbook-${name}` } }),
  );
  if (!found) throw new Error(`there is no machine runbook-${name}`);
  return found.Properties;
}

const of = (name: MachineName) => statementsOf(template, `What executions of runbook-${name} may do`);
/** Every machine has these permissions for logs and traces. */
const LOGS_AND_TRACES = /^(logs|xray):/;

/**
 * These resources may have a wildcard. Deployments move the stable tags themselves, in the repositories of any
 * environment.
 */
const WILDCARDS =
  /:execution:runbook-\w+:\*$|:execution:runbook-expire\/\*$|:schedule\/runbook\/\*$|:repository\/order-platform-\*-v3-\*$/;

describe.each(MACHINES)('%s', (name) => {
  test('has a value for each placeholder, and a use for each value', () => {
    const { DefinitionString, DefinitionSubstitutions } = machine(name);
    const placeholders = [...(DefinitionString as string).matchAll(/\$\{(\w+)\}/g)].map(([, found]) => found);
    expect([...new Set(placeholders)].sort()).toEqual(Object.keys(DefinitionSubstitutions).sort());
    for (const value of Object.values(DefinitionSubstitutions)) expect(flat(value)).not.toBe('');
  });

  test('logs everything and is traced', () => {
    expect(machine(name)).toMatchObject({
      LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: true },
      TracingConfiguration: { Enabled: true },
    });
    template.hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: `/aws/vendedlogs/states/runbook-${name}`,
      RetentionInDays: 30,
    });
  });

  test('may invoke exactly the functions that it names', () => {
    const named = Object.entries(machine(name).DefinitionSubstitutions)
      .filter(([key]) => key.endsWith('FunctionArn'))
      .map(([, value]) => flat(value));
    expect(resourcesOf(of(name), 'lambda:InvokeFunction').sort()).toEqual(named.sort());
  });

  test('is granted no wildcard but for executions, schedules, repositories, logs and traces', () => {
    for (const { Action, Resource } of of(name)) {
      const actions = listOf(Action).filter((action) => !LOGS_AND_TRACES.test(action));
      expect(actions.filter((action) => action.includes('*'))).toEqual([]);
      if (actions.length === 0) continue;
      for (const arn of listOf(Resource)
        .map(flat)
        .filter((text) => text.includes('*'))) {
        expect(arn).toMatch(WILDCARDS);
      }
    }
  });
});

interface Task {
  Resource?: string;
  TimeoutSeconds?: number;
  Arguments?: { ProjectName?: string };
}

/** Returns the name and the content of every state of a definition whose numbers are filled in. */
function tasksOf(name: MachineName): [string, Task][] {
  const { DefinitionString, DefinitionSubstitutions } = machine(name);
  const filled = (DefinitionString as string).replaceAll(/"\$\{(\w+)\}"/g, (_, key: string) => {
    const value: unknown = DefinitionSubstitutions[key];
    return typeof value === 'number' || /^\d+$/.test(String(value)) ? String(value) : JSON.stringify(flat(value));
  });
  return Object.entries((JSON.parse(filled) as { States: Record<string, Task> }).States);
}

describe('a task that waits for something waits longer than that may take', () => {
  const limit = (name: MachineName) => {
    const { DefinitionString, DefinitionSubstitutions } = machine(name);
    const found = /"TimeoutSeconds": "?\$?\{?(\w+)/.exec(DefinitionString as string)?.[1] ?? '';
    return Number(DefinitionSubstitutions[found] ?? found);
  };
  const buildSeconds = (Name: string) => {
    const [project] = Object.values(template.findResources('AWS::CodeBuild::Project', { Properties: { Name } }));
    return (project?.Properties.TimeoutInMinutes + project?.Properties.QueuedTimeoutInMinutes) * 60;
  };

  test.each(MACHINES)('%s', (name) => {
    for (const [state, { Resource, TimeoutSeconds, Arguments }] of tasksOf(name)) {
      if (Resource?.includes('codebuild:startBuild.sync')) {
        expect(TimeoutSeconds, state).toBeGreaterThan(buildSeconds(Arguments?.ProjectName ?? ''));
        expect(TimeoutSeconds, state).toBeLessThan(limit(name));
      }
      if (Resource?.includes('states:startExecution.sync')) {
        const child = state.includes('weep') ? 'sweep' : 'validate';
        expect(TimeoutSeconds, state).toBeGreaterThan(limit(child));
        expect(TimeoutSeconds, state).toBeLessThan(limit(name));
      }
    }
  });
});

describe('what the integrations need', () => {
  test.each(['provision', 'deploy', 'teardown'] as const)('%s can wait for its builds and stop them', (name) => {
    const rule = /:rule\/StepFunctionsGetEventForCodeBuildStartBuildRule$/;
    for (const action of ['codebuild:StartBuild', 'codebuild:StopBuild', 'codebuild:BatchGetBuilds']) {
      expect(resourcesOf(of(name), action)).toContainEqual(expect.stringMatching(/:project\/runbook-terraform$/));
    }
    for (const action of ['events:PutRule', 'events:PutTargets', 'events:DescribeRule']) {
      expect(resourcesOf(of(name), action)).toContainEqual(expect.stringMatching(rule));
    }
  });

  test.each([
    ['provision', 'validate'],
    ['deploy', 'validate'],
    ['teardown', 'sweep'],
  ] as const)('%s can wait for its %s and stop it', (name, child) => {
    expect(resourcesOf(of(name), 'states:StartExecution')).toEqual([
      expect.stringMatching(new RegExp(`:stateMachine:runbook-${child}$`)),
    ]);
    for (const action of ['states:DescribeExecution', 'states:StopExecution']) {
      expect(resourcesOf(of(name), action)).toEqual([expect.stringMatching(`:execution:runbook-${child}:\\*$`)]);
    }
    expect(resourcesOf(of(name), 'events:PutRule')).toContainEqual(
      expect.stringMatching(/:rule\/StepFunctionsGetEventsForStepFunctionsExecutionRule$/),
    );
  });

  test('expire starts teardowns, and can do nothing else to an execution', () => {
    expect(resourcesOf(of('expire'), 'states:StartExecution').map((arn) => arn.split(':').at(-1))).toEqual([
      'runbook-teardown',
    ]);
    for (const action of [
      'states:DescribeExecution',
      'states:StopExecution',
      'states:RedriveExecution',
      'events:PutRule',
    ]) {
      expect(resourcesOf(of('expire'), action)).toEqual([]);
    }
  });

  test('images are built for a provision or a deployment: a teardown may not start that project', () => {
    expect(resourcesOf(of('provision'), 'codebuild:StartBuild')).toHaveLength(2);
    expect(resourcesOf(of('deploy'), 'codebuild:StartBuild')).toHaveLength(2);
    expect(resourcesOf(of('teardown'), 'codebuild:StartBuild')).toHaveLength(1);
  });

  test('tags are moved by a function that whoever applies images may invoke, and a deployment touches no schedule', () => {
    for (const name of MACHINES) {
      expect(actionsOf(of(name)).join()).not.toContain('ecr:');
      const moves = resourcesOf(of(name), 'lambda:InvokeFunction').some((arn) => /movetags/i.test(arn));
      expect(moves, name).toBe(name === 'deploy' || name === 'provision');
    }
    expect(actionsOf(of('deploy')).filter((action) => /^(iam|scheduler|sns):/.test(action))).toEqual([]);
  });

  test('schedules are made by one function, and given to no service but the scheduler', () => {
    const schedules = statementsOf(template, 'What runbook-schedules may do');
    const [pass] = schedules.filter(({ Action }) => listOf(Action).includes('iam:PassRole'));
    expect(pass?.Condition).toEqual({ StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } });
    for (const machine of MACHINES)
      expect(actionsOf(of(machine)).filter((action) => /^scheduler:|^iam:/.test(action))).toEqual([]);
  });

  test('validating, sweeping, extending and protecting change nothing themselves', () => {
    for (const name of ['validate', 'sweep', 'extend', 'protect'] as const) {
      const actions = actionsOf(of(name)).filter((action) => !LOGS_AND_TRACES.test(action));
      expect(actions).toEqual(['lambda:InvokeFunction']);
    }
  });
});
