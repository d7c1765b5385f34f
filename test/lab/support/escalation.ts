import { CodeBuildClient, StartBuildCommand, UpdateProjectCommand } from '@aws-sdk/client-codebuild';
import { ECSClient, RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import { EventBridgeClient, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteRolePermissionsBoundaryCommand,
  IAMClient,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  SetDefaultPolicyVersionCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateFunctionCommand,
  LambdaClient,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { CreateDBInstanceCommand, RDSClient } from '@aws-sdk/client-rds';
import { SFNClient, UpdateStateMachineCommand } from '@aws-sdk/client-sfn';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { ClientConfig } from '../../../lab/context.ts';

/** A hostile Terraform root, or the code of a task, tries these calls. */

export const ACCOUNT = '123456789012';
export const BOUNDARY = `arn:aws:iam::${ACCOUNT}:policy/runbook-boundary`;
export const ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess';
export const EVERYTHING = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
});
/** `OWN` is a role that Terraform has created, and `OLDER` one of the same pattern that somebody else has. */
export const OWN = 'order-platform-x-v3-own';
export const OLDER = 'order-platform-x-v3-older';

const nameOf = (role: string) => role.split('/').at(-1) ?? '';
export const arnOf = (role: string) => `arn:aws:iam::${ACCOUNT}:role/${role}`;
export const trusting = (AWS: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole' }],
  });

export type Client = ClientConfig;
/** The ARNs of the product's roles are set once they are known. */
export const roles = { terraform: '', claim: '' };

/** The command may be any of IAM's: its answer does not matter. */
export const iam = (command: { input: object }) => (client: Client) =>
  new IAMClient(client).send(command as CreateRoleCommand);

export const bounded = (RoleName: string, PermissionsBoundary: string | undefined = BOUNDARY) =>
  new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trusting(roles.terraform), PermissionsBoundary });
export const put = (RoleName: string) =>
  new PutRolePolicyCommand({ RoleName, PolicyName: 'everything', PolicyDocument: EVERYTHING });
const task = (taskRoleArn: string) => (client: Client) =>
  new ECSClient(client).send(
    new RegisterTaskDefinitionCommand({ family: 'order-platform-x-v3-api', taskRoleArn, containerDefinitions: [] }),
  );
export const assume = (RoleArn: string) => (client: Client) =>
  new STSClient(client).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'escalation' }));

/** A row has the denied attempt, by its action. A row that changed something would let the rows below it pass. */
export type Row = [what: string, action: string, attempt: (client: Client) => Promise<unknown>];

const NO_BOUNDARY: Row[] = [
  [
    'makes a role without a boundary',
    'iam:CreateRole',
    iam(new CreateRoleCommand({ RoleName: 'order-platform-x-v3-free', AssumeRolePolicyDocument: '{"Statement":[]}' })),
  ],
  ['makes a role with another boundary', 'iam:CreateRole', (at) => iam(bounded(`${OWN}-2`, ADMINISTRATOR))(at)],
  ['makes a role of another name', 'iam:CreateRole', (at) => iam(bounded('free'))(at)],
  ['gives rights to a role without a boundary', 'iam:PutRolePolicy', iam(put(OLDER))],
  [
    'changes who may assume a role without a boundary',
    'iam:UpdateAssumeRolePolicy',
    iam(new UpdateAssumeRolePolicyCommand({ RoleName: OLDER, PolicyDocument: EVERYTHING })),
  ],
  [
    'attaches AdministratorAccess to its role',
    'iam:AttachRolePolicy',
    iam(new AttachRolePolicyCommand({ RoleName: OWN, PolicyArn: ADMINISTRATOR })),
  ],
  [
    'takes the boundary off its role',
    'iam:DeleteRolePermissionsBoundary',
    iam(new DeleteRolePermissionsBoundaryCommand({ RoleName: OWN })),
  ],
  [
    'puts another boundary on its role',
    'iam:PutRolePermissionsBoundary',
    iam(new PutRolePermissionsBoundaryCommand({ RoleName: OWN, PermissionsBoundary: ADMINISTRATOR })),
  ],
  [
    'makes a version of the boundary',
    'iam:CreatePolicyVersion',
    iam(new CreatePolicyVersionCommand({ PolicyArn: BOUNDARY, PolicyDocument: EVERYTHING, SetAsDefault: true })),
  ],
  [
    'goes back to a version of the boundary',
    'iam:SetDefaultPolicyVersion',
    iam(new SetDefaultPolicyVersionCommand({ PolicyArn: BOUNDARY, VersionId: 'v1' })),
  ],
  [
    'deletes a version of the boundary',
    'iam:DeletePolicyVersion',
    iam(new DeletePolicyVersionCommand({ PolicyArn: BOUNDARY, VersionId: 'v1' })),
  ],
  ['deletes the boundary', 'iam:DeletePolicy', iam(new DeletePolicyCommand({ PolicyArn: BOUNDARY }))],
];

const ROLES_OF_OTHERS: Row[] = [
  ['assumes its own role', 'sts:AssumeRole', assume(arnOf(OWN))],
  ['assumes a role of the name that trusts it', 'sts:AssumeRole', assume(arnOf(OLDER))],
  ['assumes a role of the runbook', 'sts:AssumeRole', (at) => assume(roles.claim)(at)],
  [
    'changes who may assume a role of the runbook',
    'iam:UpdateAssumeRolePolicy',
    (at) =>
      iam(
        new UpdateAssumeRolePolicyCommand({ RoleName: nameOf(roles.claim), PolicyDocument: trusting(roles.terraform) }),
      )(at),
  ],
  ['gives itself rights', 'iam:PutRolePolicy', (at) => iam(put(nameOf(roles.terraform)))(at)],
  [
    'attaches AdministratorAccess to itself',
    'iam:AttachRolePolicy',
    (at) => iam(new AttachRolePolicyCommand({ RoleName: nameOf(roles.terraform), PolicyArn: ADMINISTRATOR }))(at),
  ],
  [
    'puts its role into an instance profile',
    'iam:AddRoleToInstanceProfile',
    iam(new AddRoleToInstanceProfileCommand({ RoleName: OWN, InstanceProfileName: 'order-platform-x-v3-p' })),
  ],
];

export const ROLES_FOR_TASKS: Row[] = [
  ['passes a role of the runbook to a task', 'iam:PassRole', (at) => task(roles.claim)(at)],
  [
    'passes a role of the runbook to a rule',
    'iam:PassRole',
    (at) =>
      new EventBridgeClient(at).send(
        new PutTargetsCommand({
          Rule: 'order-platform-x-v3-r',
          Targets: [{ Id: 't', Arn: `arn:aws:states:eu-west-1:${ACCOUNT}:stateMachine:m`, RoleArn: roles.claim }],
        }),
      ),
  ],
  [
    'passes a role of the runbook to a database',
    'iam:PassRole',
    (at) =>
      new RDSClient(at).send(
        new CreateDBInstanceCommand({
          ...{ DBInstanceIdentifier: 'order-platform-x-v3-db', DBInstanceClass: 'db.t4g.micro', Engine: 'postgres' },
          MonitoringRoleArn: roles.claim,
        }),
      ),
  ],
  ['passes its own role to a task', 'iam:PassRole', (at) => task(roles.terraform)(at)],
];

const OTHER_IDENTITIES: Row[] = [
  ['makes a user', 'iam:CreateUser', iam(new CreateUserCommand({ UserName: 'order-platform-x-v3-user' }))],
  ['makes an access key', 'iam:CreateAccessKey', iam(new CreateAccessKeyCommand({ UserName: 'admin' }))],
  [
    'makes a policy',
    'iam:CreatePolicy',
    iam(new CreatePolicyCommand({ PolicyName: 'order-platform-x-v3-p', PolicyDocument: EVERYTHING })),
  ],
];

const update = (FunctionName: string, Role: string) => (client: Client) =>
  new LambdaClient(client).send(new UpdateFunctionConfigurationCommand({ FunctionName, Role }));
const CODE_WITH_OTHER_ROLES: Row[] = [
  [
    'changes the code of a function of the runbook',
    'lambda:UpdateFunctionCode',
    (at) =>
      new LambdaClient(at).send(
        new UpdateFunctionCodeCommand({ FunctionName: 'runbook-claim', ZipFile: new Uint8Array([1]) }),
      ),
  ],
  [
    'gives a function a stronger role',
    'lambda:UpdateFunctionConfiguration',
    (at) => update('runbook-claim', roles.terraform)(at),
  ],
  [
    'makes a function',
    'lambda:CreateFunction',
    (at) =>
      new LambdaClient(at).send(
        new CreateFunctionCommand({
          FunctionName: 'order-platform-x-v3-f',
          Role: roles.claim,
          Code: { ZipFile: new Uint8Array([1]) },
        }),
      ),
  ],
  [
    'starts a build with another role',
    'codebuild:StartBuild',
    (at) =>
      new CodeBuildClient(at).send(
        new StartBuildCommand({ projectName: 'runbook-images', serviceRoleOverride: roles.terraform }),
      ),
  ],
  [
    'changes the buildspec of a project',
    'codebuild:UpdateProject',
    (at) =>
      new CodeBuildClient(at).send(
        new UpdateProjectCommand({ name: 'runbook-terraform', source: { type: 'NO_SOURCE', buildspec: '' } }),
      ),
  ],
  [
    'changes a machine',
    'states:UpdateStateMachine',
    (at) =>
      new SFNClient(at).send(
        new UpdateStateMachineCommand({
          stateMachineArn: `arn:aws:states:eu-west-1:${ACCOUNT}:stateMachine:runbook-teardown`,
          definition: '{}',
        }),
      ),
  ],
];

export const OF_ANYBODY: Row[] = [...NO_BOUNDARY, ...ROLES_OF_OTHERS, ...OTHER_IDENTITIES, ...CODE_WITH_OTHER_ROLES];
