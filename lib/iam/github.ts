import { CfnOutput } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { MACHINES } from '../../lambdas/contracts/record.ts';
import type { Config } from '../config/config.ts';
import { repositoryGlob } from '../config/image-config.ts';
import { arn, executionArns, machineArn } from '../names.ts';
import { LOG_IN, PUSH_ACTIONS } from './registry-grants.ts';
import { acknowledgeWildcards, document, type Grant } from './role.ts';

const ISSUER = 'token.actions.githubusercontent.com';
const AUDIENCE = 'sts.amazonaws.com';

export interface GithubProps extends Pick<Config, 'namePattern' | 'stack'> {
  github: NonNullable<Config['github']>;
  bucket: s3.Bucket;
  pullRequest: lambda.IFunction;
}

/**
 * The construct permits one branch of one repository to push images and start their deployment, with short-lived
 * credentials and no other permission.
 */
export class Github extends Construct {
  constructor(scope: Construct, id: string, { github, namePattern, stack, bucket, pullRequest }: GithubProps) {
    super(scope, id);
    const { repository, branch, environments, providerArn, pullRequests } = github;
    // An account has one provider for an issuer, whoever created it.
    const provider =
      providerArn ??
      new iam.OidcProviderNative(this, 'Provider', { url: `https://${ISSUER}`, clientIds: [AUDIENCE] }).oidcProviderArn;
    const grants: Grant[] = [
      LOG_IN,
      {
        actions: PUSH_ACTIONS,
        resources: [
          ...new Set(
            (environments ?? ['*']).flatMap((name) =>
              stack.images.map((image) => repositoryGlob(image, namePattern, name)),
            ),
          ),
        ].map((name) => arn(this, 'ecr', `repository/${name}`)),
        wildcardReason: 'Environments come and go; their repositories are known by the pattern of their names.',
      },
      { actions: ['states:StartExecution'], resources: [machineArn(this, 'deploy')] },
      {
        actions: ['states:DescribeExecution', 'states:GetExecutionHistory'],
        resources: [executionArns(this, 'deploy')],
        wildcardReason: 'Executions of this machine; each has a name of its own.',
      },
    ];
    const role = new iam.Role(this, 'Role', {
      description: 'What a deployment from GitHub may do',
      assumedBy: new iam.WebIdentityPrincipal(provider, {
        StringEquals: {
          [`${ISSUER}:aud`]: AUDIENCE,
          [`${ISSUER}:sub`]: `repo:${repository}:ref:refs/heads/${branch}`,
        },
      }),
      inlinePolicies: { grants: document(grants) },
    });
    acknowledgeWildcards(role, grants);
    new CfnOutput(this, 'RoleArn', {
      description: 'For the variable RUNBOOK_ROLE_ARN of the repository',
      value: role.roleArn,
    }).overrideLogicalId('GithubRoleArn');
    if (pullRequests)
      this.#pullRequestRole(provider, repository, pullRequests, { namePattern, stack, bucket, pullRequest });
  }

  /**
   * Permits pull requests of the repository to have their own environments. The role cannot start a machine: it calls a
   * function, which starts machines only for the environment of a number.
   */
  #pullRequestRole(
    provider: string,
    repository: string,
    { environment, prefix }: NonNullable<GithubProps['github']['pullRequests']>,
    { namePattern, stack, bucket, pullRequest }: Omit<GithubProps, 'github'>,
  ): void {
    const names = `${prefix}-*`;
    const grants: Grant[] = [
      LOG_IN,
      {
        actions: PUSH_ACTIONS,
        resources: stack.images.map((image) =>
          arn(this, 'ecr', `repository/${repositoryGlob(image, namePattern, names)}`),
        ),
        wildcardReason: 'Pull requests come and go; their repositories are known by the pattern of their names.',
      },
      { actions: ['lambda:InvokeFunction'], resources: [pullRequest.functionArn] },
      {
        actions: ['states:DescribeExecution', 'states:GetExecutionHistory'],
        resources: MACHINES.map((machine) => executionArns(this, machine).replace(/\*$/, names)),
        wildcardReason: 'Executions for pull requests; each has a name of its own, which begins with the environment.',
      },
      {
        actions: ['s3:GetObject'],
        resources: [bucket.arnForObjects(`environments/${names}/runs/*/validations/*`)],
        wildcardReason: 'Reports of pull requests; each validation has its own.',
      },
    ];
    const role = new iam.Role(this, 'PullRequests', {
      description: 'What a pull request of GitHub may do',
      assumedBy: new iam.WebIdentityPrincipal(provider, {
        StringEquals: {
          [`${ISSUER}:aud`]: AUDIENCE,
          [`${ISSUER}:sub`]: `repo:${repository}:environment:${environment}`,
        },
      }),
      inlinePolicies: { grants: document(grants) },
    });
    acknowledgeWildcards(role, grants);
    new CfnOutput(this, 'PullRequestRoleArn', {
      description: 'For the variable RUNBOOK_PULL_REQUEST_ROLE_ARN of the repository',
      value: role.roleArn,
    }).overrideLogicalId('GithubPullRequestRoleArn');
  }
}
