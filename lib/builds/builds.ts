import { Validations } from 'aws-cdk-lib';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { GRANT_SETS, type GrantSet } from '../../lambdas/contracts/permission-sets.ts';
import type { Config } from '../config/config.ts';
import { repositoryGlob } from '../config/image-config.ts';
import { nameGlob } from '../iam/patterns.ts';
import { inPolicies, requireFewPolicies } from '../iam/policy-size.ts';
import { readingGrants } from '../iam/reading-grants.ts';
import { LOG_IN, PUSH_ACTIONS } from '../iam/registry-grants.ts';
import type { Grant } from '../iam/role.ts';
import { grantsOf } from '../iam/stack-grants.ts';
import { apiGrants } from '../iam/terraform/api-grants.ts';
import { backendGrants, previewGrants, sourceGrants } from '../iam/terraform/backend-grants.ts';
import { Boundary } from '../iam/terraform/boundary.ts';
import { egressGrants } from '../iam/terraform/egress-grants.ts';
import { eventSourceGrants } from '../iam/terraform/event-source-grants.ts';
import { fileGrants } from '../iam/terraform/file-grants.ts';
import { keyGrants } from '../iam/terraform/key-grants.ts';
import { managedPolicyGrants } from '../iam/terraform/managed-policy-grants.ts';
import { messagingGrants } from '../iam/terraform/messaging-grants.ts';
import { networkGrants } from '../iam/terraform/network-grants.ts';
import { platformGrants } from '../iam/terraform/platform-grants.ts';
import { roleGrants } from '../iam/terraform/role-grants.ts';
import { secretGrants } from '../iam/terraform/secret-grants.ts';
import { zoneGrants } from '../iam/terraform/zone-grants.ts';
import {
  arn,
  constructId,
  functionArn,
  functionName,
  IMAGES_PROJECT,
  NOTIFICATIONS_TOPIC,
  PREVIEW_PROJECT,
  projectArn,
  TERRAFORM_PROJECT,
} from '../names.ts';
import { BuildProject } from './build-project.ts';
import type { ConfigurationBundle } from './source-archive.ts';

/**
 * A preview applies nothing, so it waits for nothing. It counts as one of the builds that the account may run at once, and
 * a teardown waits while there is no other.
 */
const PREVIEW_MINUTES = 20;

export interface BuildsProps {
  projectRoot: string;
  config: Config;
  bucket: s3.Bucket;
  bundle: ConfigurationBundle;
  logRetention: logs.RetentionDays;
}

/** IAM attaches 10 policies to a role, so these sets share some. */
const SMALL: readonly GrantSet[] = ['egress', 'event-sources', 'keys', 'apis', 'files'];

/**
 * The construct contains the Terraform builds and the Docker builds. Each has a role that permits its own work and not
 * the other's.
 */
export class Builds extends Construct {
  readonly terraform: BuildProject;
  readonly images: BuildProject;
  /** Its builds plan, and change nothing. */
  readonly preview: BuildProject;

  constructor(scope: Construct, id: string, props: BuildsProps) {
    super(scope, id);
    const { config } = props;
    // A build reads the ownership of the environment through this function, and does not write to a record itself.
    const ask: Grant = {
      actions: ['lambda:InvokeFunction'],
      resources: [functionArn(this, 'require-ownership')],
    };
    const boundary = config.stack.permissionSets.includes('roles')
      ? new Boundary(this, 'Boundary', config).arn
      : config.terraform.permissionsBoundary;
    const OWNERSHIP_FUNCTION = functionName('require-ownership');
    const { keepBackend } = config.stack;
    const backend = { namePattern: config.namePattern, keepBackend, bucket: props.bucket, bundle: props.bundle };
    const variables = {
      BUNDLE_SHA256: props.bundle.sha256,
      CONTROL_BUCKET: props.bucket.bucketName,
      PROJECT: config.project,
      STACK_ROOT: config.stack.root,
      NOTIFICATIONS_TOPIC: arn(this, 'sns', NOTIFICATIONS_TOPIC),
      CPU_ARCHITECTURE: config.images.architecture,
      ENGINE: config.engine.name,
      TERRAFORM_VERSION: config.engine.version,
      ...(boundary ? { PERMISSIONS_BOUNDARY: boundary } : {}),
      ...(typeof keepBackend === 'object' ? { BACKEND_BUCKET: keepBackend.bucket } : {}),
      ...(typeof keepBackend === 'object' && keepBackend.table ? { BACKEND_TABLE: keepBackend.table } : {}),
    };
    this.terraform = new BuildProject(this, 'Terraform', {
      ...props,
      projectName: TERRAFORM_PROJECT,
      description: 'Runs one of a fixed list of Terraform commands on the roots of an environment',
      buildspec: 'terraform.yml',
      variables: {
        ...variables,
        OWNERSHIP_FUNCTION,
        BLOCKERS_FUNCTION: functionName('name-blockers'),
        REVIEW_FUNCTION: functionName('review-plan'),
        BOOTSTRAP_ROOT: config.stack.bootstrap,
        KEEP_BACKEND: config.stack.keepBackend ? 'yes' : 'no',
        // The archive of a run that an older version of this project began needs this variable.
        HAS_IMAGES: config.stack.images.length > 0 ? 'yes' : 'no',
        MAX_DELETIONS: String(config.terraform.maxDeletions),
      },
      grants: [
        ...sourceGrants(backend),
        ...backendGrants(this, backend),
        ask,
        // The function reads what uses the resources that a destroy cannot delete, and changes nothing.
        { actions: ['lambda:InvokeFunction'], resources: [functionArn(this, 'name-blockers')] },
        // A plan that no person approves is reviewed in the build that applies it.
        { actions: ['lambda:InvokeFunction'], resources: [functionArn(this, 'review-plan')] },
        // The build checks whether the build that holds a lock has finished.
        { actions: ['codebuild:BatchGetBuilds'], resources: [projectArn(this, TERRAFORM_PROJECT)] },
      ],
      managedGrants: this.#stackGrants(config, boundary),
      timeoutMinutes: config.terraform.timeoutMinutes,
    });
    this.preview = new BuildProject(this, 'Preview', {
      ...props,
      projectName: PREVIEW_PROJECT,
      description: 'Plans what a provision of an environment would change, with a role that only reads',
      buildspec: 'terraform.yml',
      variables,
      grants: [...sourceGrants(backend), ...previewGrants(this, backend)],
      managedGrants: this.#readingGrants(config, boundary),
      timeoutMinutes: Math.min(config.terraform.timeoutMinutes, PREVIEW_MINUTES),
    });
    this.images = new BuildProject(this, 'Images', {
      ...props,
      projectName: IMAGES_PROJECT,
      description: 'Builds the images of the services and pushes them to the repositories of an environment',
      buildspec: 'images.yml',
      // Builds without another source use the project's own source.
      variables: {
        OWNERSHIP_FUNCTION,
        BUNDLE_COMMIT: props.bundle.commit,
        BUNDLE_SHA256: props.bundle.sha256,
        // The archive of a run that an older version of this project began needs this variable.
        CPU_ARCHITECTURE: config.images.architecture,
        ...Object.fromEntries(
          config.stack.images
            .filter(({ name }) => name === 'api' || name === 'worker')
            .map(({ name, dockerfile }) => [`${name.toUpperCase()}_DOCKERFILE`, dockerfile]),
        ),
      },
      grants: [
        ...sourceGrants(backend),
        ask,
        LOG_IN,
        {
          actions: [...PUSH_ACTIONS, 'ecr:GetDownloadUrlForLayer'].sort(),
          resources: (config.stack.images.length > 0
            ? config.stack.images.map((image) => repositoryGlob(image, config.namePattern))
            : [`${nameGlob(config.namePattern)}-*`]
          ).map((glob) => arn(this, 'ecr', `repository/${glob}`)),
          wildcardReason: 'Environments come and go; their repositories are known by the pattern of their names.',
        },
      ],
      timeoutMinutes: config.images.timeoutMinutes,
      privileged: true,
      architecture: config.images.architecture,
    });
    Validations.of(this.images.project).acknowledge({
      id: 'AwsSolutions-CB3',
      reason: 'Docker builds need it; the source is a bundle that this stack deploys itself.',
    });
  }

  /** Secrets that the configuration refers to are not among what a preview reads. */
  #readingGrants(config: Config, boundary: string | undefined): Record<string, readonly Grant[]> {
    const { Secrets: _, ...policies } = this.#stackGrants(config, boundary);
    const reading = Object.entries(policies).map(([name, grants]) => [name, readingGrants(grants)] as const);
    return Object.fromEntries(reading.filter(([, grants]) => grants.length > 0));
  }

  /** Returns the grants for separate policies, each within IAM's size limit. */
  #stackGrants(config: Config, boundary: string | undefined): Record<string, readonly Grant[]> {
    const sets: Record<GrantSet, () => Grant[]> = {
      network: () => networkGrants(this, config.project, config.stack.sharedVpcs),
      egress: () => egressGrants(this, config.project),
      platform: () => platformGrants(this, config),
      messaging: () => messagingGrants(this, config),
      'event-sources': () => eventSourceGrants(this, config.project, nameGlob(config.namePattern)),
      keys: () => keyGrants(this, config.project, nameGlob(config.namePattern)),
      apis: () => apiGrants(config.project),
      files: () => fileGrants(this, config.project),
      roles: () => (boundary ? roleGrants(config, boundary) : []),
      'managed-policies': () => (boundary ? managedPolicyGrants(config, boundary) : []),
    };
    const { permissionSets, grants, zones } = config.stack;
    const chosen = GRANT_SETS.filter((set) => permissionSets.includes(set));
    const small = chosen.filter((set) => SMALL.includes(set)).flatMap((set) => sets[set]());
    const secrets = secretGrants(this, config);
    const policies = {
      ...Object.fromEntries(chosen.filter((set) => !SMALL.includes(set)).map((set) => [constructId(set), sets[set]()])),
      ...inPolicies('Small', small),
      ...(secrets.length > 0 ? { Secrets: secrets } : {}),
      ...inPolicies('Stack', [...zoneGrants(zones), ...grantsOf(grants, config.namePattern)]),
    };
    requireFewPolicies(policies);
    return policies;
  }
}
