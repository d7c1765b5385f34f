import { environmentNames, runKeys } from '../../../../lambdas/contracts/naming.ts';
import type { KnownOutputs } from '../../../../lambdas/contracts/outputs.ts';
import type { EnvironmentRecord } from '../../../../lambdas/contracts/record.ts';
import type { PreflightRequest } from '../../../../lambdas/contracts/request.ts';
import type { Clock } from '../../../../lambdas/runtime/clock.ts';
import { claimsOf } from '../../../../lambdas/sweep/name-claims.ts';
import type { EcsService } from '../../../../lambdas/validation/checks/ecs-services.ts';

export const ACCOUNT = '123456789012';
export const PATTERN = 'order-platform-{environment}-v3';
export const RUN = 'dev-20260131T120000-abc123';
export const PREFIX = 'order-platform-dev-v3';

export const arnOf = (machine: string, name: string) =>
  `arn:aws:states:eu-west-1:${ACCOUNT}:execution:runbook-${machine}:${name}`;

export const outputs: KnownOutputs = {
  alb_dns_name: 'order-platform-dev-v3-alb-1.eu-west-1.elb.amazonaws.com',
  api_target_group_arn: `arn:aws:elasticloadbalancing:eu-west-1:${ACCOUNT}:targetgroup/order-platform-dev-v3-api-tg/1`,
  ecs_cluster_name: `${PREFIX}-cluster`,
  api_service_name: `${PREFIX}-api-svc`,
  worker_service_name: `${PREFIX}-worker-svc`,
  order_events_queue_url: `https://sqs.eu-west-1.amazonaws.com/${ACCOUNT}/${PREFIX}-order-events`,
  order_events_dlq_url: `https://sqs.eu-west-1.amazonaws.com/${ACCOUNT}/${PREFIX}-order-events-dlq`,
  log_group_api: `/ecs/${PREFIX}/api`,
  log_group_worker: `/ecs/${PREFIX}/worker`,
  ecr_api_repository_url: `${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/${PREFIX}-api`,
  ecr_worker_repository_url: `${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/${PREFIX}-worker`,
  rds_endpoint: 'order-platform-dev-v3-db.abc.eu-west-1.rds.amazonaws.com',
  rds_port: 5432,
  rds_db_name: 'orders',
  vpc_id: 'vpc-1',
  sns_alerts_topic_arn: `arn:aws:sns:eu-west-1:${ACCOUNT}:${PREFIX}-alerts`,
};

export function aRecord(changes: Partial<EnvironmentRecord> = {}): EnvironmentRecord {
  return {
    environment: 'dev',
    run: RUN,
    status: 'LIVE',
    owner: arnOf('provision', 'earlier'),
    ownerMachine: 'provision',
    fencing: 3,
    claimedAt: '2026-01-31T12:00:00Z',
    createdAt: '2026-01-31T12:00:00Z',
    expiresAt: '2026-01-31T20:00:00Z',
    commit: 'abcdef1',
    bundleKey: runKeys('dev', RUN).bundle,
    stateBucket: `${PREFIX}-tfstate-${ACCOUNT}`,
    lockTable: `${PREFIX}-tflock`,
    outputs,
    taskDefinitions,
    ...changes,
  };
}

export function aRequest(changes: Partial<PreflightRequest> = {}): PreflightRequest {
  return {
    machine: 'provision',
    environment: 'dev',
    run: RUN,
    commit: 'abcdef1',
    accountId: ACCOUNT,
    region: 'eu-west-1',
    execution: { id: arnOf('provision', 'mine'), name: 'mine', startTime: '2026-01-31T12:00:00.000Z' },
    names: environmentNames(PATTERN, 'dev', ACCOUNT),
    keys: runKeys('dev', RUN),
    record: null,
    ...changes,
  };
}

export const serviceArn = (name: string) => `arn:aws:ecs:eu-west-1:${ACCOUNT}:service/${PREFIX}-cluster/${name}`;
/** The task of a service has this private address. */
export const ADDRESS = '10.0.0.1';
/** Terraform applied these task definitions to the services of the order platform. */
export const taskDefinitions = {
  [serviceArn(outputs.api_service_name)]: 't',
  [serviceArn(outputs.worker_service_name)]: 't',
};

/** Nothing has tags, and no other environment is on record. */
export const NO_NEIGHBOURS = {
  tags: async () => ({}),
  claims: async () => claimsOf(PATTERN, { environment: 'dev', prefix: PREFIX }, { records: [], malformed: [] }),
};

/** Returns a service in the shape of ECS. It is steady unless `changes` says otherwise. */
export function aService(name: string, changes: Partial<EcsService> = {}): EcsService {
  return {
    name,
    arn: serviceArn(name),
    status: 'ACTIVE',
    desired: 1,
    running: 1,
    pending: 0,
    deployments: [
      {
        id: 'd',
        status: 'PRIMARY',
        rolloutState: 'COMPLETED',
        taskDefinition: 't',
        createdAt: 1_000,
        updatedAt: 2_000,
      },
    ],
    events: [],
    runningTasks: [{ task: `${name}-task`, taskDefinition: 't', address: ADDRESS, startedAt: 2_000 }],
    stopped: [],
    ...changes,
  };
}

/** Returns a clock whose time passes only in `sleep`. */
export function fakeClock(start = Date.parse('2026-01-31T12:00:00Z')): Clock & { slept: number } {
  const clock = {
    slept: 0,
    now: () => start + clock.slept,
    sleep: async (ms: number) => {
      clock.slept += ms;
    },
  };
  return clock;
}

/** Returns an error in the shape of an SDK client's error. */
export function sdkError(name: string, httpStatusCode: number, message = name): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode }, $fault: 'client' });
}
