import type { Certificate } from '../../../lambdas/contracts/certificate.ts';
import type { Excluded, Finding } from '../../../lambdas/contracts/contracts.ts';
import type { InventoryItem } from '../../../lambdas/contracts/payloads/inventory.ts';
import { SWEEP_SERVICES, type SweepEntry } from '../../../lambdas/contracts/sweep-request.ts';
import { makeCertificate } from '../../../lambdas/sweep/make-certificate.ts';
import { sweepVerdict } from '../../../lambdas/sweep/sweep-verdict.ts';
import { aRecord, aRequest, PREFIX, RUN } from '../../unit/lambdas/support/fixtures.ts';

const ACCOUNT = 'eu-west-1:123456789012';
const arn = (service: string, resource: string) => `arn:aws:${service}:${ACCOUNT}:${resource}`;
const found = (service: string, type: string, id: string, status: Finding['status'], more: Partial<Finding> = {}) =>
  ({
    service,
    type,
    id,
    status,
    source: 'name',
    reason: status === 'ABSENT' ? 'not listed' : 'available',
    ...more,
  }) as Finding;

const inventory: InventoryItem[] = [
  ['aws_db_instance', `${PREFIX}-db`, 'rds'],
  ['aws_db_subnet_group', `${PREFIX}-db`, 'rds'],
  ['aws_lb', `${PREFIX}-alb`, 'elbv2'],
  ['aws_ecs_cluster', `${PREFIX}-cluster`, 'ecs'],
  ['aws_ecs_service', `${PREFIX}-cluster/${PREFIX}-api-svc`, 'ecs'],
  ['aws_ecs_service', `${PREFIX}-cluster/${PREFIX}-worker-svc`, 'ecs'],
  ['aws_cloudwatch_log_group', `/ecs/${PREFIX}/worker`, 'logs'],
  ['aws_cloudwatch_metric_alarm', `${PREFIX}-5xx`, 'cloudwatch'],
  ['aws_cloudwatch_dashboard', PREFIX, 'cloudwatch'],
  ['aws_sqs_queue_policy', `${PREFIX}-order-events`, 'sqs'],
].map(([type = '', id = '', service = '']) => ({ type, id, service, name: 'main', facts: {} }));

const gone: Finding[] = inventory
  .filter(({ type }) => !['aws_cloudwatch_log_group', 'aws_sqs_queue_policy'].includes(type))
  .map(({ type, id, service }) => found(service, type.replace('aws_', ''), id, 'ABSENT', { source: 'inventory' }));

const leftovers: Finding[] = [
  found('logs', 'log-group', `/ecs/${PREFIX}/worker`, 'PRESENT', {
    source: 'inventory',
    proof: 'inventory',
    arn: arn('logs', `log-group:/ecs/${PREFIX}/worker`),
    reason: '1204 bytes stored',
  }),
  found('ec2', 'nat-gateway', 'nat-0b1f2e3d4c5b6a798', 'PRESENT', { source: 'tag', proof: 'tags' }),
  found('ec2', 'vpc', 'vpc-0f00ba4cafe012345', 'PRESENT', { source: 'tag', proof: 'tags' }),
  found('rds', 'db-snapshot', `rds:${PREFIX}-db-2026-11-24-09-30`, 'PRESENT'),
];
const unreadable = found('secretsmanager', '*', '*', 'UNKNOWN', {
  source: 'lister',
  reason: 'AccessDeniedException: not authorized to perform secretsmanager:ListSecrets',
});
const audit: Excluded = {
  ...found('logs', 'log-group', `/ecs/${PREFIX}/audit`, 'PRESENT'),
  why: 'auditors read it for a year',
};

function sweep(name: string, minute: number, findings: Finding[], before?: Certificate): Certificate {
  const time = (second: number) => new Date(Date.UTC(2026, 10, 24, 10, minute, second)).toISOString();
  const at = (second: number) => `${time(second).slice(0, 19)}Z`;
  const entries = [1, 2].map((pass) =>
    SWEEP_SERVICES.map(
      (service): SweepEntry => ({
        service,
        pass,
        findings: findings.filter((one) => one.service === service),
        ...(service === 'logs' ? { excluded: [audit] } : {}),
        ...(service === 'sns' ? { limits: ['of SNS topics, the first 1000 were searched by name'] } : {}),
      }),
    ),
  );
  const calls = [1, 2].map((pass) => [
    {
      ...{ services: [...SWEEP_SERVICES], pass, present: 0, unknown: 0, absent: 0, key: 'k' },
      ...{ startedAt: at(pass * 20), endedAt: at(pass * 20 + 6) },
    },
  ]);
  const execution = { id: `arn:aws:states:${ACCOUNT}:execution:runbook-sweep:${name}`, name, startTime: time(0) };
  const record = aRecord({ run: RUN, status: 'GONE', createdAt: '2026-11-24T09:30:00Z' });
  return makeCertificate(
    {
      request: aRequest({ machine: 'sweep', execution, record }),
      ...{ calls, entries: entries.flat(), conclusion: sweepVerdict(entries), inventory, at: at(50) },
    },
    before,
  );
}

const first = sweep(`${RUN}-sweep-0`, 12, [...gone, ...leftovers, unreadable]);
/** Leftovers exist and one service could not be read; an hour later it is the same. */
export const leftCertificate = sweep(`${RUN}-sweep-1h`, 58, [...gone, ...leftovers, unreadable], first);
/** Nothing is left any more. */
export const cleanCertificate = sweep(
  `${RUN}-sweep-24h`,
  59,
  [...gone, found('logs', 'log-group', `/ecs/${PREFIX}/worker`, 'ABSENT')],
  first,
);
