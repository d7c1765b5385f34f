import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as yaml from 'yaml';
import intake from '../../examples/document-intake/runbook.config.ts';
import { actionsOf, flat, PROJECT_ROOT, resourcesOf, runbook, statementsOf } from './support/runbook.ts';

interface Step {
  uses?: string;
  run?: string;
  shell?: string;
}
interface Workflow {
  on: Record<string, { types: string[] }>;
  permissions: object;
  concurrency: { group: string; 'cancel-in-progress': boolean };
  jobs: Record<
    string,
    { if: string; permissions: object; environment: string; 'timeout-minutes': number; steps: Step[] }
  >;
}
const read = (file: string) => readFileSync(join(PROJECT_ROOT, '.github', file), 'utf8');
const NAMES = ['pull-request.yml', 'pull-request-closed.yml'];
const workflows = NAMES.map((name) => [name, read(`workflows/${name}`)] as const);
const action = yaml.parse(read('actions/runbook/action.yml')) as { runs: { steps: Step[] }; inputs: object };

describe.each(workflows)('%s', (_, text) => {
  const workflow = yaml.parse(text) as Workflow;
  const [job] = Object.values(workflow.jobs);

  test('gives a fork nothing', () => {
    expect(job?.if.replace(/\s+/g, ' ')).toContain(
      'github.event.pull_request.head.repo.full_name == github.repository',
    );
    expect(text).not.toContain('pull_request_target');
  });

  test('has the rights that it needs, one at a time for each pull request', () => {
    expect(workflow.permissions).toEqual({});
    expect(job?.permissions).toEqual({ contents: 'read', 'id-token': 'write', 'pull-requests': 'write' });
    expect(workflow.concurrency['cancel-in-progress']).toBe(false);
    expect(workflow.concurrency.group).toContain('github.event.pull_request.number');
    expect(job?.environment).toBe('pull-requests');
    // The role's session ends after an hour.
    expect(job?.['timeout-minutes']).toBeLessThan(60);
    expect(text).not.toMatch(/secrets\./);
  });

  test('pins every action to a commit, and says which release that is', () => {
    for (const [, used, comment] of [
      ...text.matchAll(/uses: (\S+)(.*)/g),
      ...read('actions/runbook/action.yml').matchAll(/uses: (\S+)(.*)/g),
    ]) {
      if (used === './.github/actions/runbook') continue;
      expect(used).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
      expect(comment).toMatch(/^ # v\d+\.\d+\.\d+$/);
    }
  });
});

test('one workflow begins what the other ends', () => {
  const [begins, ends] = workflows.map(([, text]) => (yaml.parse(text) as Workflow).on);
  expect(begins?.pull_request?.types).toEqual(['opened', 'reopened', 'synchronize', 'labeled', 'unlabeled']);
  expect(ends?.pull_request?.types).toEqual(['closed']);
  expect(ends?.schedule).toBeDefined();
});

test('the action gives no expression to a shell, and runs programs that there are', () => {
  const scripts = action.runs.steps.flatMap(({ run }) => run ?? []);
  expect(scripts.length).toBeGreaterThan(4);
  for (const script of scripts) expect(script).not.toContain('${{');
  for (const step of action.runs.steps) if (step.run) expect(step.shell).toBe('bash');
});

describe('the role of pull requests', () => {
  const { template } = runbook({
    github: {
      repository: 'owner/name',
      branch: 'master',
      pullRequests: { environment: 'pull-requests', prefix: 'pr' },
    },
  });
  const statements = statementsOf(template, 'What a pull request of GitHub may do');

  test('is trusted by the jobs of one environment of one repository', () => {
    const roles = template.findResources('AWS::IAM::Role', {
      Properties: { Description: 'What a pull request of GitHub may do' },
    });
    const [role] = Object.values(roles);
    expect(role?.Properties.AssumeRolePolicyDocument.Statement[0].Condition).toEqual({
      StringEquals: {
        'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
        'token.actions.githubusercontent.com:sub': 'repo:owner/name:environment:pull-requests',
      },
    });
  });

  test('starts no machine, and calls one function', () => {
    expect(actionsOf(statements)).not.toContain('states:StartExecution');
    expect(resourcesOf(statements, 'lambda:InvokeFunction')).toHaveLength(1);
    expect(flat(resourcesOf(statements, 'lambda:InvokeFunction'))).toContain('PullRequest');
  });

  test.each(['ecr:PutImage', 'states:DescribeExecution', 's3:GetObject'])(
    'reaches what is of pull requests alone by %s',
    (name) => {
      const resources = resourcesOf(statements, name).map(flat);
      expect(resources.length).toBeGreaterThan(0);
      for (const resource of resources) expect(resource).toMatch(/[:/-]pr-\*/);
    },
  );

  test('the function starts the machines of a pull request, and no other', () => {
    const started = resourcesOf(
      statementsOf(template, 'What runbook-pull-request may do'),
      'states:StartExecution',
    ).map(flat);
    expect(started.map((arn) => arn.split('runbook-').at(-1)).sort()).toEqual([
      'deploy',
      'extend',
      'protect',
      'provision',
      'teardown',
      'validate',
    ]);
  });

  test('pushes nowhere where the stack has no images', () => {
    const github = { repository: 'owner/name', branch: 'master', pullRequests: { environment: 'pull-requests' } };
    const { template: small } = runbook({ ...intake, github });
    for (const role of ['What a pull request of GitHub may do', 'What a deployment from GitHub may do'])
      expect(actionsOf(statementsOf(small, role)).filter((action) => action.startsWith('ecr:'))).toEqual([]);
  });

  test('is not there unless it is configured', () => {
    const { template: without } = runbook({ github: { repository: 'owner/name', branch: 'master' } });
    expect(() => statementsOf(without, 'What a pull request of GitHub may do')).toThrow('no role is described as');
  });
});
