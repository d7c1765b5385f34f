import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import * as yaml from 'yaml';
import { QUEUE_MINUTES } from '../../lambdas/contracts/build-quota.ts';
import type { CpuArchitecture } from '../config/config.ts';
import { acknowledgeWildcards, document, type Grant, LeastPrivilegeRole, THIS_ACCOUNT_ONLY } from '../iam/role.ts';
import type { ConfigurationBundle } from './source-archive.ts';

/** Both images contain the Node version that the buildspecs choose. */
const BUILD_IMAGES: Record<CpuArchitecture, codebuild.IBuildImage> = {
  ARM64: codebuild.LinuxArmBuildImage.AMAZON_LINUX_2023_STANDARD_3_0,
  X86_64: codebuild.LinuxBuildImage.AMAZON_LINUX_2023_5,
};

export interface BuildProjectProps {
  projectRoot: string;
  projectName: string;
  description: string;
  /** The text is the name of a file in `infra/buildspecs/`. The object is a buildspec itself, of a build without a source. */
  buildspec: string | Readonly<Record<string, unknown>>;
  /** The archive of the source. The build verifies that its content has the digest BUNDLE_SHA256. */
  bundle?: Pick<ConfigurationBundle, 'bucket' | 'key'> | undefined;
  /** These commands run after the source is verified, and before those of the buildspec. */
  prepare?: readonly string[];
  /** The build leaves this file, which StartBuild says where to upload. */
  artifact?: string;
  /** The default is CodeBuild's own image for the architecture. */
  image?: codebuild.IBuildImage;
  variables: Readonly<Record<string, string>>;
  grants: readonly Grant[];
  /**
   * These grants are in separate managed policies, because all inline policies of a role may have only 10,240
   * characters.
   */
  managedGrants?: Readonly<Record<string, readonly Grant[]>>;
  timeoutMinutes: number;
  logRetention: logs.RetentionDays;
  /** The value is true only for a build that runs Docker. */
  privileged?: boolean;
  /** This is the architecture of the build machine. The default is ARM64. CodeBuild does not emulate another one. */
  architecture?: CpuArchitecture;
}

/**
 * A CodeBuild project runs on the configuration bundle. Its buildspec is part of the project: someone who may change a
 * bundle must not thereby choose the commands that run with the project's role.
 */
export class BuildProject extends Construct {
  readonly project: codebuild.Project;
  /** The builds run with this role. */
  readonly roleArn: string;

  constructor(scope: Construct, id: string, props: BuildProjectProps) {
    super(scope, id);
    const logGroup = new logs.LogGroup(this, 'Logs', {
      logGroupName: `/aws/codebuild/${props.projectName}`,
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new LeastPrivilegeRole(this, 'Role', {
      service: 'codebuild.amazonaws.com',
      description: `What builds of ${props.projectName} may do`,
      assumeConditions: THIS_ACCOUNT_ONLY,
      grants: [
        ...props.grants,
        {
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [logGroup.logGroupArn],
          wildcardReason: 'Streams of the project’s own log group.',
        },
      ],
    });
    for (const [name, grants] of Object.entries(props.managedGrants ?? {})) {
      const policy = new iam.ManagedPolicy(this, name, { document: document(grants), roles: [role] });
      acknowledgeWildcards(policy, grants);
    }
    this.roleArn = role.roleArn;
    this.project = new codebuild.Project(this, 'Project', {
      projectName: props.projectName,
      description: props.description,
      ...(props.bundle ? { source: codebuild.Source.s3({ bucket: props.bundle.bucket, path: props.bundle.key }) } : {}),
      buildSpec: codebuild.BuildSpec.fromObjectToYaml(buildspecOf(props)),
      environment: {
        buildImage: props.image ?? BUILD_IMAGES[props.architecture ?? 'ARM64'],
        computeType: codebuild.ComputeType.SMALL,
        privileged: props.privileged ?? false,
      },
      environmentVariables: Object.fromEntries(
        Object.entries(props.variables).map(([name, value]) => [name, { value }]),
      ),
      timeout: Duration.minutes(props.timeoutMinutes),
      queuedTimeout: Duration.minutes(QUEUE_MINUTES),
      // There is no concurrent limit, because CodeBuild refuses one above the account's quota, and returns an error
      // instead of queueing.
      logging: { cloudWatch: { logGroup } },
      grantReportGroupPermissions: false,
      role: role.immutable,
    });
    Validations.of(this.project).acknowledge({
      id: 'AwsSolutions-CB4',
      reason: 'The project has no artifacts: what a build makes, it writes to encrypted buckets itself.',
    });
  }
}

function buildspecOf({ projectRoot, buildspec, prepare, artifact }: BuildProjectProps): Record<string, unknown> {
  const spec =
    typeof buildspec === 'string'
      ? readBuildspec(join(projectRoot, 'infra', 'buildspecs'), buildspec, prepare ?? [])
      : buildspec;
  return { ...spec, ...(artifact ? { artifacts: { files: [artifact], 'discard-paths': 'yes' } } : {}) };
}

/**
 * Reads a buildspec. No part of a source runs before the phase `pre_build` has verified that it is the source in the
 * environment's record.
 */
function readBuildspec(folder: string, name: string, prepare: readonly string[]): Record<string, unknown> {
  const spec = yaml.parse(readFileSync(join(folder, name), 'utf8')) as { phases: Record<string, unknown> };
  const { install, ...phases } = spec.phases;
  const verify = readFileSync(join(folder, 'verify.sh'), 'utf8');
  return {
    ...spec,
    phases: { install, pre_build: { 'on-failure': 'ABORT', commands: [verify, ...prepare] }, ...phases },
  };
}
