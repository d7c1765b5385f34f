import type { CheckName, CheckResult } from '../../../lambdas/contracts/contracts.ts';
import type { ReportData } from '../../../lambdas/report/data.ts';

const PREFIX = 'order-platform-demo-v3';
const COMMIT = 'e51759f4ddcb62a6b841bc9db88dc176519307d8';
const API = 'sha256:756c7156ce5abb8fd89559ae7bbc343bf2f4e8376cda8e7608db01ac4fb27507';
const WORKER = 'sha256:ed35d06a9e03cb77f1b15710ae04e3513c3859a67172a594d551198f6cf60495';
const TASK = 'e811963014bf5232c15bbff30b50199e';

/** @param second after 09:30, at which the check began */
function result(
  check: CheckName,
  second: number,
  durationMs: number,
  words: { expected: string; observed: string },
  evidence: Record<string, unknown>,
): CheckResult {
  const startedAt = new Date(Date.UTC(2026, 10, 24, 9, 30) + second * 1_000).toISOString();
  return { check, status: 'passed', ...words, evidence, startedAt, durationMs };
}

function service(kind: 'api' | 'worker') {
  return {
    name: `${PREFIX}-${kind}-svc`,
    status: 'ACTIVE',
    desired: 1,
    running: 1,
    pending: 0,
    deployments: [
      {
        id: 'ecs-svc/3818942210650323482',
        status: 'PRIMARY',
        rolloutState: 'COMPLETED',
        taskDefinition: `arn:aws:ecs:eu-west-1:123456789012:task-definition/${PREFIX}-${kind}:1`,
      },
    ],
    events: [`(service ${PREFIX}-${kind}-svc) has reached a steady state.`],
    stopped: [],
  };
}

function images(kind: 'api' | 'worker', digest: string) {
  return {
    service: `${PREFIX}-${kind}-svc`,
    repository: `${PREFIX}-${kind}`,
    repositoryExists: true,
    commit: COMMIT,
    commitDigest: digest,
    stableTag: `${kind}-main`,
    stableDigest: digest,
    rolling: false,
    running: [{ task: `arn:aws:ecs:eu-west-1:123456789012:task/${PREFIX}-cluster/${TASK}`, image: 'i', digest }],
  };
}

export function order(id: string, offset = 0) {
  const behaviour = (name: string, ms: number) => ({ name, status: 'passed', ms, text: `${name} after ${ms} ms` });
  return {
    orderId: id,
    correlationId: `runbook-demo-20261124T092817-53e3ce-${id.slice(0, 8)}`,
    states: [
      { status: 'PENDING', ms: 212 + offset, retryCount: 0 },
      { status: 'PROCESSING', ms: 1_034 + offset, retryCount: 0 },
      { status: 'PROCESSED', ms: 1_887 + offset, retryCount: 0 },
    ],
    behaviours: [
      behaviour('stored', 212 + offset),
      behaviour('published', 409 + offset),
      behaviour('consumed', 919 + offset),
      behaviour('processed', 1_887 + offset),
    ],
  };
}

export const empty = { visible: 0, inFlight: 0, delayed: 0 };
const ORDERS = ['281314f7-0d97-4939-8e5b-6f64d965cf6d', '9b0f3f52-6a3e-4f8b-9d0c-3f1c6b1d2a77'];

/** The data is that of a lab's validation of a healthy environment, with a queue that had something to do. */
export const good: ReportData = {
  environment: 'demo',
  run: 'demo-20261124T092817-53e3ce',
  commit: COMMIT,
  accountId: '123456789012',
  region: 'eu-west-1',
  execution: {
    id: 'arn:aws:states:eu-west-1:123456789012:execution:runbook-validate:b5bda311-7805-48cd-932b-972704f7e233-validate-0',
    name: 'b5bda311-7805-48cd-932b-972704f7e233-validate-0',
    startTime: '2026-11-24T09:30:54.101Z',
  },
  createdAt: '2026-11-24T09:28:17Z',
  expiresAt: '2026-11-24T17:28:17Z',
  at: '2026-11-24T09:31:07Z',
  verdict: 'PASSED',
  notAsked: [],
  folder:
    's3://runbook-control-123456789012-eu-west-1/environments/demo/runs/demo-20261124T092817-53e3ce/validations/b5bda311/',
  checks: [
    result(
      'ecs-services',
      56.363,
      7_231,
      {
        expected:
          'each service ACTIVE, running == desired > 0, one deployment with rolloutState COMPLETED, each task up for 6 s, no repeated STOPPED tasks',
        observed: `${PREFIX}-api-svc: 1/1 running, 0 pending, rollout COMPLETED, up for 47 s; ${PREFIX}-worker-svc: 1/1 running, 0 pending, rollout COMPLETED, up for 46 s`,
      },
      { services: [service('api'), service('worker')] },
    ),
    result(
      'alb-health',
      57.074,
      571,
      {
        expected: 'GET /actuator/health is 200 with {"status":"UP"}, and every target of the group is healthy',
        observed: `${PREFIX}-alb-1.eu-west-1.elb.amazonaws.com serves the target group; target 10.0.0.100: healthy; GET /actuator/health: 200 UP in 63 ms`,
      },
      {
        dnsName: `${PREFIX}-alb-1.eu-west-1.elb.amazonaws.com`,
        targets: [{ id: '10.0.0.100', state: 'healthy', port: 8080 }],
        health: { kind: 'answer', status: 200, body: '{"status":"UP"}', address: '203.0.113.2', ms: 63 },
      },
    ),
    result(
      'worker-logs',
      57.253,
      451,
      {
        expected: 'log group exists, an event within 15 minutes, no 5 errors within 5 minutes since the deployment',
        observed: 'newest event 4 s old; 0 error(s) since the deployment',
      },
      {
        group: `/ecs/${PREFIX}/worker`,
        streams: [`worker/worker/${TASK}`],
        newest: {
          at: Date.UTC(2026, 10, 24, 9, 30, 52, 963),
          stream: `worker/worker/${TASK}`,
          message:
            '{"level":"info","time":"2026-11-24T09:30:52.941Z","service":"worker","concurrency":5,"msg":"polling"}',
        },
        errors: 0,
        quoted: [],
      },
    ),
    result(
      'e2e-order',
      57.647,
      4_018,
      {
        expected:
          'POST /orders is 202; the order is stored, its event published and consumed, its state moves to PROCESSED, and its message is deleted',
        observed: [
          ...ORDERS.map((id) => `order ${id} PENDING → PROCESSING → PROCESSED after 1887 ms`),
          'messages deleted (queue 0 before, 0 after)',
        ].join('; '),
      },
      {
        orders: ORDERS.map((id, index) => order(id, index * 31)),
        deleted: { name: 'deleted', status: 'passed', text: 'messages deleted (queue 0 before, 0 after)' },
        before: { queue: empty, deadLetters: empty },
        after: { queue: empty, deadLetters: empty },
      },
    ),
    result(
      'sqs-backlog',
      57.296,
      8_296,
      {
        expected: 'visible + in flight + delayed == 0 in 5 samples in a row, dead-letter queue empty',
        observed: 'dead-letter queue empty; backlog 3, 1, 0, 0, 0, 0, 0',
      },
      {
        series: [3, 1, 0, 0, 0, 0, 0].map((visible, index) => ({
          at: new Date(Date.UTC(2026, 10, 24, 9, 30, 57, 561) + index * 2_015).toISOString(),
          ...empty,
          visible,
        })),
        deadLetters: empty,
      },
    ),
    result(
      'ecr-images',
      57.77,
      297,
      {
        expected: 'a tag equal to the commit, the stable tag on the same digest, and every running task of that digest',
        observed: `${PREFIX}-api-svc: 1 task(s) run sha256:756c7156ce5a (${COMMIT}); ${PREFIX}-worker-svc: 1 task(s) run sha256:ed35d06a9e03 (${COMMIT})`,
      },
      { images: [images('api', API), images('worker', WORKER)] },
    ),
    result(
      'backend',
      57.876,
      236,
      {
        expected:
          'state bucket versioned, encrypted and not public; lock table ACTIVE with the key LockID; the state is in the bucket',
        observed: `versioned; encrypted (AES256); not public; holds stack/terraform.tfstate; lock table ${PREFIX}-tflock ACTIVE`,
      },
      {
        bucket: `${PREFIX}-tfstate-123456789012`,
        stateKey: 'stack/terraform.tfstate',
        table: `${PREFIX}-tflock`,
        tableStatus: 'ACTIVE',
        hashKey: 'LockID',
        bucketExists: true,
        versioning: 'Enabled',
        encryption: ['AES256'],
        openToPublic: [],
        stateExists: true,
      },
    ),
  ],
};
