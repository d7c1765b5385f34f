import type { CheckName, CheckResult } from '../../../lambdas/contracts/contracts.ts';
import type { ReportData } from '../../../lambdas/report/data.ts';
import { empty, good, order } from './good.ts';

const ID = '6f0f6d2e-3f0e-4c55-9a6a-9f64f7d3a0c1';
const STUCK = 'c2a5a1de-77c1-4b64-8a53-50b1b6f0e9d2';
const ERROR = `{"level":"error","time":"2026-11-24T10:12:01.114Z","service":"worker","orderId":"${ID}","err":{"type":"Error","message":"payment provider answered 503"},"msg":"order processing failed"}`;
const at = (seconds: number) => new Date(Date.UTC(2026, 10, 24, 10, 10) + seconds * 1_000).toISOString();

function changed(check: CheckName, changes: Partial<CheckResult>): CheckResult {
  const own = good.checks.find((one) => one.check === check);
  if (!own) throw new Error(`no sample of ${check}`);
  return { ...own, ...changes };
}

const [healthy] = changed('ecs-services', {}).evidence.services as Record<string, unknown>[];

/** A worker crashes and fails orders, beside a registry that may not be read. */
export const bad: ReportData = {
  ...good,
  at: at(142),
  verdict: 'FAILED',
  execution: { ...good.execution, startTime: at(0) },
  checks: [
    changed('ecs-services', {
      status: 'failed',
      observed:
        'order-platform-demo-v3-worker-svc: 3 tasks stopped since the deployment, last: EssentialContainerExited, Essential container in task exited, worker: exit 137 (OutOfMemoryError: Container killed due to memory usage)',
      evidence: {
        services: [
          healthy,
          {
            name: 'order-platform-demo-v3-worker-svc',
            status: 'ACTIVE',
            desired: 2,
            running: 1,
            pending: 1,
            deployments: [
              {
                id: 'ecs-svc/7',
                status: 'PRIMARY',
                rolloutState: 'IN_PROGRESS',
                taskDefinition: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/order-platform-demo-v3-worker:2',
              },
              {
                id: 'ecs-svc/6',
                status: 'ACTIVE',
                rolloutState: 'COMPLETED',
                taskDefinition: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/order-platform-demo-v3-worker:1',
              },
            ],
            events: [
              '(service order-platform-demo-v3-worker-svc) has started 1 tasks: (task 328aadeec5be4819b9cc8e27b4fa3b07).',
            ],
            stopped: [
              'EssentialContainerExited, Essential container in task exited, worker: exit 137 (OutOfMemoryError: Container killed due to memory usage)',
              'EssentialContainerExited, Essential container in task exited, worker: exit 137 (OutOfMemoryError: Container killed due to memory usage)',
            ],
          },
        ],
      },
      startedAt: at(3.4),
      durationMs: 870,
    }),
    changed('alb-health', { startedAt: at(3.9), durationMs: 611 }),
    changed('worker-logs', {
      status: 'failed',
      observed: `7 errors within 5 minutes: ${ERROR} | ${ERROR}`,
      evidence: {
        ...changed('worker-logs', {}).evidence,
        errors: 7,
        quoted: [ERROR, 'FATAL ERROR: Reached heap limit <script>alert("heap")</script> Allocation failed', ERROR],
      },
      startedAt: at(4.1),
      durationMs: 702,
    }),
    changed('e2e-order', {
      status: 'failed',
      observed: `order ${ID} is FAILED after 3 retries: payment provider answered 503; order ${STUCK} got no further than PENDING; the dead-letter queue grew by 1`,
      evidence: {
        orders: [
          {
            ...order(ID),
            states: [
              { status: 'PENDING', ms: 212, retryCount: 0 },
              { status: 'PROCESSING', ms: 1_100, retryCount: 2 },
              { status: 'FAILED', ms: 9_870, retryCount: 3 },
            ],
            behaviours: [
              ...order(ID).behaviours.slice(0, 3),
              { name: 'processed', status: 'failed', text: 'is FAILED after 3 retries: payment provider answered 503' },
            ],
          },
          {
            ...order(STUCK),
            states: [{ status: 'PENDING', ms: 212, retryCount: 0 }],
            behaviours: [
              ...order(STUCK).behaviours.slice(0, 2),
              { name: 'consumed', status: 'not-ready', text: 'was not seen by the worker' },
              { name: 'processed', status: 'not-ready', text: 'got no further than PENDING' },
            ],
          },
        ],
        deleted: { name: 'deleted', status: 'failed', text: 'the dead-letter queue grew by 1' },
        before: { queue: empty, deadLetters: empty },
        after: { queue: { ...empty, visible: 1 }, deadLetters: { ...empty, visible: 1 } },
      },
      startedAt: at(4.6),
      durationMs: 91_200,
    }),
    changed('sqs-backlog', {
      status: 'failed',
      observed: '1 message in the dead-letter queue; backlog 2, 5, 9, 8, 12, 14, 13, 17: not falling',
      evidence: {
        series: [2, 5, 9, 8, 12, 14, 13, 17].map((total, index) => ({
          at: at(120 + index * 2),
          visible: Math.ceil(total / 2),
          inFlight: Math.floor(total / 2),
          delayed: 0,
        })),
        deadLetters: { ...empty, visible: 1 },
      },
      startedAt: at(119.6),
      durationMs: 15_400,
    }),
    changed('ecr-images', {
      status: 'unknown',
      expected: 'an answer that the check can read',
      observed:
        'AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/runbook-check-ecr-images/1 is not authorized to perform: ecr:DescribeImages',
      evidence: {},
      startedAt: at(4.8),
      durationMs: 180,
    }),
    changed('backend', { startedAt: at(5.1), durationMs: 333 }),
  ],
};
