import type { Command } from '../../builds/terraform/settings.ts';

/**
 * The times on AWS are in seconds, each with the place of its publication or recording. One account differs from
 * another by a third. Results that use the same times are comparable.
 */
export interface Time {
  seconds: number;
  source: string;
}

const at = (seconds: number, source: string): Time => ({ seconds, source });
/** Returns a time for which no measurement was found. The reason says how the number was estimated. */
const assumed = (seconds: number, why: string): Time => ({ seconds, source: `assumed: ${why}` });

const PHASES = 'https://blog.kriation.com/2021/codebuild-cache-for-jekyll-build.html';
const LOAD_BALANCER = 'https://github.com/DataBiosphere/azul/pull/5780';
const FARGATE = 'https://zenn.dev/majent/articles/28fc57a1e477a8';
const RELEASES = 'https://github.com/hashicorp/terraform/issues/27379';
const TRANSFER = 'https://repost.aws/articles/AR1Jqz-WmjRzCgVGa-uVSdLQ';
const LAB = 'recorded in the lab, README.md';
const LAB_INIT = 'recorded in the lab: terraform init of a packed mirror, less what it takes of an unpacked one';

/** Each build takes these times before and after its commands. */
export const BUILD = {
  queue: at(1, PHASES),
  provisioning: at(24, PHASES),
  source: at(4, PHASES),
  install: assumed(3, 'the Node of the image is chosen, nothing is downloaded'),
  finalizing: at(2, PHASES),
  /** The time is from the end of a build to the end of the task that waits for it. */
  event: assumed(1, 'EventBridge delivers the event of a build that has ended'),
} satisfies Record<string, Time>;

/** Sizes are in MB, and rates in MB a second. */
export const DOWNLOADS = {
  terraform: { megabytes: 28 },
  provider: { megabytes: 150 },
  releases: { ...at(13.7, RELEASES), unit: 'MB/s' },
  bucket: {
    ...at(90, `${TRANSFER}: 5 Gb/s at most for one connection; one stream that is hashed reaches a part of it`),
    unit: 'MB/s',
  },
  /** The archive of 150 MB becomes 680 MB on the disk. */
  unpacked: at(5, LAB_INIT),
} as const;

/** Terraform takes these times itself, without waiting for a resource. */
export const TERRAFORM = {
  init: at(1, LAB),
  plan: at(3, LAB),
  /** Terraform first reads every existing resource. */
  refresh: at(5, LAB),
  show: at(3, LAB),
  outputs: at(1, LAB),
  /** A Lambda function does the review. */
  review: at(1, LAB),
} satisfies Record<string, Time>;

export const IMAGES = assumed(60, 'npm ci and two layers for each of two images, pulled from and pushed to ECR');

export const LAMBDA = {
  cold: at(
    0.6,
    'https://speedrun.nobackspacecrew.com/blog/2025/07/21/the-fastest-node-22-lambda-coldstart-configuration.html',
  ),
  warm: at(0.3, LAB),
} satisfies Record<string, Time>;

/**
 * The first task of a service takes these times, including the time that ECS waits before it reports the rollout as
 * completed.
 */
export const SERVICE = {
  /** The time covers the network interface and the image. */
  task: at(50, FARGATE),
  migration: assumed(3, 'the migrations of an empty database'),
  /** The load balancer makes two health checks, 10 s apart: infra/aws-v3/stack/alb.tf. */
  healthy: at(20, 'infra/aws-v3/stack/alb.tf'),
  rollout: assumed(60, 'ECS calls a rollout completed a minute after its tasks are healthy'),
} satisfies Record<string, Time>;

interface Life {
  create: Time;
  destroy: Time;
}

/** These times are for a type without a row. */
export const RESOURCE: Life = { create: assumed(2, 'one or two calls'), destroy: assumed(1, 'one call') };

/** These types take a noticeable time. */
export const RESOURCES: Readonly<Record<string, Life>> = {
  aws_db_instance: {
    create: at(450, 'https://github.com/hashicorp/terraform/issues/498: 5 to 10 minutes without a standby'),
    destroy: at(
      285,
      'docs/aws-differences.md: 4 to 6 minutes; https://github.com/knowledgefutures/pubplatform/pull/1193',
    ),
  },
  aws_lb: { create: at(174, LOAD_BALANCER), destroy: assumed(15, 'its interfaces go later') },
  aws_ecs_service: {
    create: assumed(2, 'nobody waits for the rollout: wait_for_steady_state is false'),
    destroy: at(
      90,
      'https://github.com/hashicorp/terraform/pull/9521 has 5 minutes; here tasks are deregistered for 15 s and stop within 30 s',
    ),
  },
  aws_ecs_cluster: {
    create: at(10, 'the provider polls every 10 s'),
    destroy: at(10, 'the provider polls every 10 s'),
  },
  aws_sqs_queue: {
    create: at(25, 'the provider waits until attributes have stayed the same'),
    destroy: assumed(2, 'one call'),
  },
  aws_subnet: {
    create: at(12, 'https://github.com/devbhusal/terraform-ec2-RDS-wordpress/issues/1'),
    destroy: assumed(1, 'one call'),
  },
  aws_internet_gateway: {
    create: assumed(2, 'one call'),
    destroy: assumed(20, 'public addresses of tasks are let go first'),
  },
  aws_dynamodb_table: {
    create: assumed(12, 'the provider polls until it is active'),
    destroy: assumed(8, 'until it is gone'),
  },
  aws_iam_role: { create: assumed(2, 'one call'), destroy: assumed(2, 'one call') },
};

/** A step of a command's build is Terraform's own work, or the longest chain of resources of a root. */
export type Work =
  | { terraform: keyof typeof TERRAFORM }
  | { root: 'bootstrap' | 'stack'; does: 'create' | 'destroy'; only?: string };

const own = (...names: (keyof typeof TERRAFORM)[]): Work[] => names.map((terraform) => ({ terraform }));

/** The builds of a first life do this work for each command: builds/terraform/terraform.ts. */
export const COMMAND_WORK: Readonly<Record<Command, readonly Work[]>> = {
  bootstrap: [...own('init', 'plan'), { root: 'bootstrap', does: 'create' }],
  repositories: [...own('init', 'plan', 'show'), { root: 'stack', does: 'create', only: 'aws_ecr_repository' }],
  plan: own('init', 'plan', 'show'),
  review: own('review'),
  'plan-rollout': own('init', 'refresh', 'show'),
  apply: [...own('init'), { root: 'stack', does: 'create' }, ...own('outputs')],
  'destroy-plan': own('init', 'refresh'),
  destroy: [...own('init'), { root: 'stack', does: 'destroy' }],
  'destroy-backend': [...own('init', 'refresh'), { root: 'bootstrap', does: 'destroy' }],
  preview: own('init', 'refresh', 'show'),
};

/**
 * This is the same work by hand, on a machine that has Terraform and the provider: no builds, no images, no validation,
 * no sweep.
 */
export const BARE: Readonly<Record<'apply' | 'destroy', readonly Work[]>> = {
  apply: [
    ...own('init', 'plan'),
    { root: 'bootstrap', does: 'create' },
    ...own('init', 'plan'),
    { root: 'stack', does: 'create' },
  ],
  destroy: [
    ...own('refresh'),
    { root: 'stack', does: 'destroy' },
    ...own('refresh'),
    { root: 'bootstrap', does: 'destroy' },
  ],
};
