import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import * as yaml from 'yaml';
import { pushSettings } from '../../builds/images/settings.ts';
import { Variables } from '../../builds/variables.ts';
import { parseConfig } from '../../lib/config/config.ts';
import config from '../../runbook.config.ts';
import { buildVariables } from '../support/build-variables.ts';
import { actionsOf, flat, PROJECT_ROOT, resourcesOf, runbook, statementsOf } from './support/runbook.ts';

interface Step {
  name?: string;
  uses?: string;
  run?: string;
  env?: Record<string, string>;
  with?: Record<string, unknown>;
}
interface Workflow {
  on: { push: { branches: string[] } };
  permissions: object;
  concurrency: { 'cancel-in-progress': boolean };
  jobs: Record<string, { permissions: object; env: Record<string, string>; 'timeout-minutes': number; steps: Step[] }>;
}

const text = readFileSync(join(PROJECT_ROOT, '.github/workflows/deploy.yml'), 'utf8');
const workflow = yaml.parse(text) as Workflow;
const { deploy } = workflow.jobs;
const steps = deploy?.steps ?? [];

describe('the workflow', () => {
  test('deploys pushes to master, one at a time and to their end', () => {
    expect(workflow.on.push).toEqual({ branches: ['master'] });
    expect(workflow.concurrency['cancel-in-progress']).toBe(false);
    // The role's session ends after an hour.
    expect(deploy?.['timeout-minutes']).toBeLessThan(60);
  });

  test('may read the code and ask for a token, and nothing else', () => {
    expect(workflow.permissions).toEqual({});
    expect(Object.values(workflow.jobs).map(({ permissions }) => permissions)).toEqual([
      { contents: 'read', 'id-token': 'write' },
    ]);
    expect(text).not.toMatch(/secrets\.|access-key/i);
  });

  test('gives no expression to a shell: an event could write its commands', () => {
    const scripts = steps.flatMap(({ run }) => run ?? []);
    expect(scripts).toHaveLength(2);
    for (const script of scripts) expect(script).not.toContain('${{');
    expect(text).not.toContain('pull_request_target');
  });

  test('pins every action to a commit, and says which release that is', () => {
    const uses = [...text.matchAll(/uses: (\S+)(.*)/g)];
    expect(uses.length).toBeGreaterThan(1);
    for (const [, action, comment] of uses) {
      expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
      expect(comment).toMatch(/^ # v\d+\.\d+\.\d+$/);
    }
  });

  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: expressions of GitHub
  test('tags images with the commit, leaves the stable tags, and names the execution after the attempt', () => {
    expect(deploy?.env.COMMIT).toBe('${{ inputs.commit || github.sha }}');
    const push = steps.find(({ name }) => name === 'Push images');
    expect(push?.env).toEqual({
      BUNDLE_COMMIT: '${{ github.sha }}',
    });
    expect(push?.run).toContain('IMAGES=$(npx node bin/images.ts)');
    expect(push?.run).toContain('npx node builds/main.ts push-images');
    expect(steps.find(({ name }) => name === 'Deploy and validate')?.env).toEqual({
      ATTEMPT: '${{ github.run_number }}-${{ github.run_attempt }}',
    });
  });
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: expressions of GitHub

  test('sets every variable that pushing images needs', () => {
    const push = steps.find(({ name }) => name === 'Push images');
    const exported = [...(push?.run ?? '').matchAll(/^export (.*)$/gm)].flatMap(([, names]) =>
      String(names).split(' '),
    );
    const given = [...Object.keys(deploy?.env ?? {}), ...Object.keys(push?.env ?? {}), ...exported];
    const values = Object.fromEntries(given.map((name) => [name, buildVariables[name]]));
    expect(pushSettings(new Variables(values))).toMatchObject({ claim: undefined, keepStableTags: true });
  });
});

describe('the role', () => {
  const github = { repository: 'acme/shop', branch: 'master' };
  const { template, app } = runbook({ github });
  const role = statementsOf(template, 'What a deployment from GitHub may do');
  const trust = (from: typeof template) =>
    Object.values(from.findResources('AWS::IAM::Role'))
      .map(({ Properties }) => Properties.AssumeRolePolicyDocument.Statement[0])
      .find(({ Action }) => Action === 'sts:AssumeRoleWithWebIdentity');

  test('is there only when it is asked for', () => {
    const { template: without } = runbook();
    expect(trust(without)).toBeUndefined();
    without.resourceCountIs('AWS::IAM::OIDCProvider', 0);
  });

  test('trusts that branch of that repository, to the letter', () => {
    expect(trust(template)?.Condition).toEqual({
      StringEquals: {
        'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
        'token.actions.githubusercontent.com:sub': 'repo:acme/shop:ref:refs/heads/master',
      },
    });
    const { template: immutable } = runbook({ github: { ...github, repository: 'acme@12/shop@34' } });
    expect(JSON.stringify(trust(immutable)?.Condition)).toContain('"repo:acme@12/shop@34:ref:refs/heads/master"');
  });

  test('uses the account’s provider when there is one', () => {
    const providerArn = 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com';
    const { template: shared } = runbook({ github: { ...github, providerArn } });
    shared.resourceCountIs('AWS::IAM::OIDCProvider', 0);
    expect(trust(shared)?.Principal).toEqual({ Federated: providerArn });
    template.hasResourceProperties('AWS::IAM::OIDCProvider', {
      Url: 'https://token.actions.githubusercontent.com',
      ClientIdList: ['sts.amazonaws.com'],
    });
  });

  test('may push images, start the deploy machine and follow it', () => {
    expect(actionsOf(role)).toEqual([
      'ecr:BatchCheckLayerAvailability',
      'ecr:BatchGetImage',
      'ecr:CompleteLayerUpload',
      'ecr:DescribeRepositories',
      'ecr:GetAuthorizationToken',
      'ecr:InitiateLayerUpload',
      'ecr:PutImage',
      'ecr:UploadLayerPart',
      'states:DescribeExecution',
      'states:GetExecutionHistory',
      'states:StartExecution',
    ]);
    expect(resourcesOf(role, 'states:StartExecution')).toEqual([
      expect.stringMatching(/:stateMachine:runbook-deploy$/),
    ]);
    expect(resourcesOf(role, 'states:GetExecutionHistory')).toEqual([
      expect.stringMatching(/:execution:runbook-deploy:\*$/),
    ]);
    const ends = (arns: string[]) => arns.map((arn) => arn.split(':').at(-1));
    expect(ends(resourcesOf(role, 'ecr:PutImage'))).toEqual([
      'repository/order-platform-*-v3-api',
      'repository/order-platform-*-v3-worker',
    ]);
    const only = runbook({ github: { ...github, environments: ['dev'] } }).template;
    const narrow = statementsOf(only, 'What a deployment from GitHub may do');
    expect(ends(resourcesOf(narrow, 'ecr:PutImage'))).toEqual([
      'repository/order-platform-dev-v3-api',
      'repository/order-platform-dev-v3-worker',
    ]);
  });

  test('says its ARN, and leaves cdk-nag nothing to say', () => {
    const outputs = template.toJSON().Outputs as Record<string, { Value: unknown }>;
    expect(flat(outputs.GithubRoleArn?.Value)).toMatch(/^<GithubRole\w+\.Arn>$/);
    const { violations } = new AwsSolutionsChecks(app).validateScope(app);
    expect(violations).toEqual([]);
  });

  test.each([
    [{ repository: 'shop' }, 'github.repository: must be "owner/name"'],
    [{ repository: 'acme/*' }, 'github.repository: must be "owner/name"'],
    [{ branch: '*' }, 'github.branch: must be the name of a branch'],
    [{ environments: ['Dev'] }, 'github.environments.0: must be 2 to 21'],
    [{ providerArn: 'arn:aws:iam::123456789012:role/x' }, 'github.providerArn: must be the ARN of the provider'],
  ])('is refused with %j', (changes, message) => {
    expect(() => parseConfig({ ...config, github: { ...github, ...changes } })).toThrow(message);
  });
});
