import { scheduleOf } from '../../../../lambdas/aws/schedules.ts';
import { CHECKS, type CheckName, type CheckResult } from '../../../../lambdas/contracts/contracts.ts';
import { ORDER_PLATFORM_IMAGES } from '../../../../lambdas/contracts/images.ts';
import { environmentNames } from '../../../../lambdas/contracts/naming.ts';
import type { KnownOutputs } from '../../../../lambdas/contracts/outputs.ts';
import { moveTagsEvent, rolloutEvent } from '../../../../lambdas/contracts/payloads/images.ts';
import { inventoryEvent } from '../../../../lambdas/contracts/payloads/inventory.ts';
import { leaseEvent, schedulesEvent } from '../../../../lambdas/contracts/payloads/lease.ts';
import { claimEvent, releaseClaimEvent } from '../../../../lambdas/contracts/payloads/ownership.ts';
import { outputsEvent, reviewPlanEvent } from '../../../../lambdas/contracts/payloads/plan.ts';
import { emptyBucketEvent } from '../../../../lambdas/contracts/payloads/removal.ts';
import { evidenceEvent } from '../../../../lambdas/contracts/payloads/validation.ts';
import type { EnvironmentRecord } from '../../../../lambdas/contracts/record.ts';
import { type PreflightRequest, requestEvent, validatorEvent } from '../../../../lambdas/contracts/request.ts';
import { type ClaimPorts, claim } from '../../../../lambdas/environment/claim.ts';
import { findExpired } from '../../../../lambdas/environment/find-expired.ts';
import { changeLease } from '../../../../lambdas/environment/lease.ts';
import { moveTags } from '../../../../lambdas/environment/move-tags.ts';
import { preflight } from '../../../../lambdas/environment/preflight.ts';
import {
  reconcileSchedules,
  type SchedulePorts,
  scheduleSweeps,
} from '../../../../lambdas/environment/reconcile-schedules.ts';
import { releaseClaim } from '../../../../lambdas/environment/release-claim.ts';
import { planToReview, reviewStoredPlan } from '../../../../lambdas/plan/review-plan.ts';
import { systemClock } from '../../../../lambdas/runtime/clock.ts';
import { writeEvidence } from '../../../../lambdas/validation/write-evidence.ts';
import type { Behaviour, Schedule, World } from './world.ts';

export const OUTPUTS: KnownOutputs = {
  alb_dns_name: 'dev.eu-west-1.elb.amazonaws.com',
  api_target_group_arn: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/dev/0',
  ecs_cluster_name: 'order-platform-dev-v3-cluster',
  api_service_name: 'order-platform-dev-v3-api-svc',
  worker_service_name: 'order-platform-dev-v3-worker-svc',
  order_events_queue_url: 'https://sqs.eu-west-1.amazonaws.com/123456789012/dev',
  order_events_dlq_url: 'https://sqs.eu-west-1.amazonaws.com/123456789012/dev-dlq',
  log_group_api: '/ecs/order-platform-dev-v3/api',
  log_group_worker: '/ecs/order-platform-dev-v3/worker',
  ecr_api_repository_url: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/order-platform-dev-v3-api',
  ecr_worker_repository_url: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/order-platform-dev-v3-worker',
  rds_endpoint: 'dev.eu-west-1.rds.amazonaws.com',
  rds_port: 5432,
  rds_db_name: 'orders',
  vpc_id: 'vpc-0',
  sns_alerts_topic_arn: 'arn:aws:sns:eu-west-1:123456789012:order-platform-dev-v3-alerts',
};

const ENV = {
  ENVIRONMENTS_TABLE: 'runbook-environments',
  NAME_PATTERN: 'order-platform-{environment}-v3',
  ALLOWED_ACCOUNTS: ['123456789012'],
  ALLOWED_REGIONS: ['eu-west-1'],
  BUNDLE_COMMIT: 'c0ffee0',
  MAX_LIFE_HOURS: 72,
  SWEEP_EXCLUSIONS: [],
  CHECKS: [...CHECKS],
  KEEP_BACKEND: false,
  BACKEND_NAMES: null,
  IMAGES: [...ORDER_PLATFORM_IMAGES],
  INPUT_TYPES: {},
};

const SCHEDULES = {
  group: 'runbook',
  roleArn: 'arn:aws:iam::123456789012:role/schedules',
  deadLetterQueueArn: 'arn:aws:sqs:eu-west-1:123456789012:runbook-dlq',
  machineArns: {
    teardown: 'arn:aws:states:eu-west-1:123456789012:stateMachine:runbook-teardown',
    sweep: 'arn:aws:states:eu-west-1:123456789012:stateMachine:runbook-sweep',
  },
  functionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:runbook-expiry-warning',
};

export type Executions = Pick<ClaimPorts, 'describeExecution' | 'stopExecution'>;

/** Returns all functions, in an account where everything succeeds: the real operations where they make a decision. */
export function functionsOf(world: World, executions: Executions): Record<string, Behaviour> {
  const loadRecord = (environment: string) => world.table.loadRecord(environment);
  return {
    preflight: (event) =>
      preflight(
        event as never,
        { env: ENV, region: 'eu-west-1' },
        {
          bucketPlace: async () => ({ kind: 'none' }),
          accountId: async () => '123456789012',
          loadRecord,
          listRecords: async () => ({ records: [...world.records.values()], malformed: [] }),
          taggedImage: async (repository, tag) => {
            const digest = world.tags.get(`${repository}:${tag}`);
            return digest ? { kind: 'found', digest } : { kind: 'no-image' };
          },
        },
      ),
    claim: (event) =>
      claim(claimEvent.parse(event), {
        ...world.table,
        ...executions,
        buildsInProgress: async () => [],
        unfinishedBuilds: async (ids) => ids.filter((id) => buildOf(world, id)?.status === 'IN_PROGRESS'),
        copyBundle: async () => {},
        writeInputs: async () => {},
        bundleSha256: 'b'.repeat(64),
        now: Date.now,
      }),
    lease: (event) =>
      changeLease(
        leaseEvent.parse(event).request,
        { maxLifeHours: ENV.MAX_LIFE_HOURS, maxProtectDays: 14 },
        {
          ...world.table,
          now: Date.now,
        },
      ),
    schedules: (event) => {
      const parsed = schedulesEvent.parse(event);
      const { request } = parsed;
      const sweepAfterHours = 'fencing' in parsed ? parsed.sweepAfterHours : undefined;
      const ports: SchedulePorts = {
        loadRecord,
        put: async (oneTimeSchedule) => {
          world.schedules.set(oneTimeSchedule.name, scheduleOf(SCHEDULES, oneTimeSchedule) as Schedule);
        },
        remove: async (name) => {
          world.schedules.delete(name);
        },
        now: Date.now,
      };
      return sweepAfterHours
        ? scheduleSweeps(request, sweepAfterHours, ports)
        : reconcileSchedules(request, [30], ports);
    },
    'find-expired': (event) =>
      findExpired(event as never, {
        listRecords: async () => ({
          records: structuredClone([...world.records.values()].filter(({ run }) => run !== undefined)),
          malformed: [...world.records].flatMap(([environment, { run }]) => (run === undefined ? [environment] : [])),
        }),
        project: 'order-platform',
        protectDays: 14,
        loadRaw: async (environment) => ({ ...world.records.get(environment) }),
        backendTags: async (environment) => ({
          project: 'order-platform',
          environment,
          'expires-at': world.backendEnds,
        }),
        backendNames: async (environment) => environmentNames(ENV.NAME_PATTERN, environment, '123456789012'),
        replaceRaw: async (_, next) => world.records.set(next.environment, next).size > 0,
        executionStatus: async (arn) => (await executions.describeExecution(arn))?.status ?? 'MISSING',
        now: Date.now,
      }),
    outputs: (event) => {
      const record = world.records.get(outputsEvent.parse(event).request.environment) as EnvironmentRecord;
      record.outputs = OUTPUTS;
      // `recordOutputs` does the same: nothing is partly removed any more.
      delete record.teardownBegan;
      delete record.provisionBegan;
      record.applied = record.fencing;
      return OUTPUTS;
    },
    'review-plan': (event) =>
      reviewStoredPlan(
        planToReview(reviewPlanEvent.parse(event)),
        { project: 'order-platform', maxDeletions: 150, acceptedRisks: [] },
        {
          read: async () => ({ kind: 'found', text: JSON.stringify(world.plan) }),
          missing: async () => ({ lacking: world.lacking, unjudged: [] }),
        },
      ),
    'release-claim': (event) =>
      releaseClaim(releaseClaimEvent.parse(event), {
        loadRecord,
        revert: (previous, changes) => world.table.updateLease(previous, changes as never),
      }),
    'move-tags': (event) =>
      moveTags(moveTagsEvent.parse(event), {
        imageManifest: async (_, digest) => ({ manifest: `{"of":"${digest}"}` }),
        tagImage: async (repository, tag, digest) => {
          const name = `${repository}:${tag}`;
          const moved = world.tags.get(name) !== digest;
          world.tags.set(name, digest);
          return moved;
        },
        confirm: async () => {},
      }),
    rollout: (event) => {
      rolloutEvent.parse(event);
      return { verdict: 'COMPLETED', summary: 'both run the new image' };
    },
    evidence: (event) =>
      writeEvidence(evidenceEvent.parse(event), {
        bucket: 'control',
        checks: ENV.CHECKS,
        writeJson: async () => {},
        writePage: async () => true,
        emit: () => {},
        loadRecord,
        recordValidation: async () => true,
        clock: systemClock,
      }),
    inventory: (event) => ({
      backendExists: true,
      resources: 83,
      lineage: 'one',
      key: inventoryEvent.parse(event).request.keys.inventory,
    }),
    'remove-unmanaged': (event) => unmanagedResult(event),
    'empty-bucket': (event) => {
      emptyBucketEvent.parse(event);
      return { deleted: 3 };
    },
    'sweep-services': ({ services, pass }) => swept(services, pass),
    verdict: () => verdictOf('CLEAN', 'nothing is left'),
    ...Object.fromEntries(
      CHECKS.map((check) => [
        `check-${check}`,
        (event: Record<string, unknown>) => {
          validatorEvent.parse(event);
          return checkResult(check);
        },
      ]),
    ),
  };
}

/** Returns a build by the id that the fake CodeBuild gives it. */
function buildOf(world: World, id: string) {
  return world.builds[Number(id.split(':')[1]) - 1];
}

/** @param ids of what was removed */
export function unmanagedResult(event: Record<string, unknown>, ...ids: string[]) {
  const { mode = 'destroy', keys } = requestOf(event);
  const unmanaged = ids.map((id) => ({ service: 'sqs', type: 'queue', id }));
  return { mode, summary: 'unmanaged', count: ids.length, unmanaged, kept: [], key: keys.unmanaged };
}

export function requestOf(event: Record<string, unknown>): PreflightRequest {
  return requestEvent.parse(event).request;
}

export function checkResult(check: CheckName, status: CheckResult['status'] = 'passed'): CheckResult {
  return {
    check,
    status,
    expected: 'all is well',
    observed: status === 'passed' ? 'all is well' : `${check} is not well`,
    evidence: {},
    startedAt: new Date().toISOString(),
    durationMs: 5,
  };
}

export function swept(services: unknown, pass: unknown) {
  const at = '2026-01-31T12:00:00Z';
  return { services, pass, startedAt: at, endedAt: at, present: 0, unknown: 0, absent: 3, key: 'found.json' };
}

export function verdictOf(verdict: 'CLEAN' | 'LEFTOVERS' | 'INCONCLUSIVE', summary: string) {
  return {
    verdict,
    leftovers: [],
    unknown: [],
    summary,
    certificate: { bucket: 'control', key: 'certificate.json', html: 'certificate.html' },
  };
}

/** Returns a record of an environment that is up, last owned by an execution that is over. */
export function liveRecord(environment: string): EnvironmentRecord {
  const now = `${new Date().toISOString().slice(0, 19)}Z`;
  const run = `${environment}-20260131T120000-abcdef`;
  return {
    environment,
    run,
    status: 'LIVE',
    owner: 'arn:aws:states:eu-west-1:123456789012:execution:runbook-provision:past',
    ownerMachine: 'provision',
    fencing: 1,
    claimedAt: now,
    createdAt: now,
    expiresAt: now,
    commit: 'c0ffee0',
    bundleKey: `environments/${environment}/runs/${run}/bundle.zip`,
    stateBucket: `order-platform-${environment}-v3-tfstate-123456789012`,
    lockTable: `order-platform-${environment}-v3-tflock`,
    outputs: OUTPUTS,
  };
}

/** A schedule never starts before `time`, and has a precision of a minute. */
export function minuteAfter(time = ''): string {
  return `${new Date(Math.ceil(Date.parse(time) / 60_000) * 60_000).toISOString().slice(0, 19)}Z`;
}

/** Returns the expression of such a schedule. */
export const atMinuteAfter = (time = '') => `at(${minuteAfter(time).slice(0, -1)})`;
