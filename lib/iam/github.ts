import { CfnOutput } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Config } from '../config/config.ts';
import { arn, executionArns, machineArn } from '../names.ts';
import { nameGlob } from './patterns.ts';
import { LOG_IN, PUSH_ACTIONS } from './registry-grants.ts';
import { acknowledgeWildcards, document, type Grant } from './role.ts';

const ISSUER = 'token.actions.githubusercontent.com';
const AUDIENCE = 'sts.amazonaws.com';

export interface GithubProps {
  github: NonNullable<Config['github']>;
  namePattern: string;
}

/** Lets one branch of one repository push images and have them deployed, by short-lived credentials and nothing else. */
export class Github extends Construct {
  constructor(scope: Construct, id: string, { github, namePattern }: GithubProps) {
    super(scope, id);
    const { repository, branch, environments, providerArn } = github;
    // An account has one provider for an issuer, whoever made it.
    const provider =
      providerArn ??
      new iam.OidcProviderNative(this, 'Provider', { url: `https://${ISSUER}`, clientIds: [AUDIENCE] }).oidcProviderArn;
    const grants: Grant[] = [
      LOG_IN,
      {
        actions: PUSH_ACTIONS,
        resources: (environments?.map((name) => namePattern.replace('{environment}', name)) ?? [nameGlob(namePattern)])
          .flatMap((prefix) => [`${prefix}-api`, `${prefix}-worker`])
          .map((name) => arn(this, 'ecr', `repository/${name}`)),
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
  }
}
