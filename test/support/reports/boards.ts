import type { Ledger, RunBuildView, UnderWay } from '../../../lambdas/contracts/board.ts';
import { type EnvironmentRecord, MACHINES } from '../../../lambdas/contracts/record.ts';
import type { BoardData, RunPageData } from '../../../lambdas/report/board-data.ts';
import { ACCOUNT, aRecord, arnOf } from '../../unit/lambdas/support/fixtures.ts';
import { cleanCertificate } from './certificates.ts';

export const AT = Date.parse('2026-01-31T13:30:00Z');

const of = (environment: string, changes: Partial<EnvironmentRecord>): EnvironmentRecord =>
  aRecord({ environment, run: `${environment}-20260131T120000-abc123`, usdPerHour: 0.092, ...changes });

const validation = (environment: string, verdict: 'PASSED' | 'FAILED') => ({
  verdict,
  at: '2026-01-31T13:20:00Z',
  execution: arnOf('validate', 'v'),
  report: `environments/${environment}/runs/${environment}-20260131T120000-abc123/validations/v/report.json`,
});

export const live = of('dev', { lastValidation: validation('dev', 'PASSED') });
export const broken = of('demo', {
  lastValidation: validation('demo', 'FAILED'),
  expiresAt: '2026-01-31T16:40:00Z',
});
export const begun = of('pr-123', {
  status: 'PROVISIONING',
  usdPerHour: undefined,
  createdAt: '2026-01-31T13:26:00Z',
  claimedAt: '2026-01-31T13:26:00Z',
  owner: arnOf('provision', '3f0c'),
});
export const failed = of('load', {
  status: 'FAILED',
  lastFailure: {
    machine: 'provision',
    status: 'FAILED',
    at: '2026-01-31T12:48:00Z',
    execution: arnOf('provision', 'l'),
    error: 'TerraformFailed',
    cause:
      'aws_db_instance.main: InvalidParameterCombination: RDS does not support creating a DB instance with <engine>',
  },
});
export const gone = of('old', {
  status: 'GONE',
  lastSweep: {
    verdict: 'CLEAN',
    at: '2026-01-31T11:00:00Z',
    execution: arnOf('sweep', 's'),
    certificate: 'environments/old/runs/old-20260131T120000-abc123/certificate.json',
  },
});

export const provisioning: UnderWay = {
  machine: 'provision',
  execution: arnOf('provision', '3f0c'),
  environment: 'pr-123',
  startedAt: Date.parse('2026-01-31T13:26:00Z'),
  step: { kind: 'read', value: { name: 'Apply plan', since: Date.parse('2026-01-31T13:27:30Z') } },
};

export const kept: Ledger = {
  version: 1,
  since: '2026-01-10T00:00:00Z',
  runs: [
    {
      ...{
        environment: 'old',
        run: gone.run,
        verdict: 'CLEAN',
        at: '2026-01-31T11:00:00Z',
        leftovers: [],
        unconfirmed: 0,
      },
      certificate: `environments/old/runs/${gone.run}/certificate.json`,
      cost: { usdPerHour: 0.1, from: '2026-01-31T01:00:00Z', to: '2026-01-31T11:00:00Z' },
    },
    {
      ...{
        environment: 'spike',
        run: 'spike-20260112T080000-0f0f0f',
        verdict: 'LEFTOVERS',
        at: '2026-01-12T20:00:00Z',
      },
      certificate: 'environments/spike/runs/spike-20260112T080000-0f0f0f/certificate.json',
      leftovers: [{ service: 'ec2', type: 'nat-gateway', id: 'nat-0b1f2e3d4c5b6a798', usdPerHour: 0.048 }],
      unconfirmed: 1,
      cost: { usdPerHour: 0.1, from: '2026-01-12T08:00:00Z', to: '2026-01-12T20:00:00Z' },
    },
  ],
};

export function aBoard(records: readonly EnvironmentRecord[], changes: Partial<BoardData> = {}): BoardData {
  return {
    accountId: ACCOUNT,
    region: 'eu-west-1',
    at: AT,
    records: { kind: 'read', value: { records, malformed: [] } },
    underWay: MACHINES.map((machine) => [
      machine,
      { kind: 'read', value: machine === 'provision' ? [provisioning] : [] },
    ]),
    ledger: { kind: 'read', value: kept },
    ...changes,
  };
}

export const quiet: Partial<BoardData> = {
  underWay: MACHINES.map((machine) => [machine, { kind: 'read', value: [] }]),
  ledger: { kind: 'read', value: { ...kept, since: '2025-12-01T00:00:00Z', runs: kept.runs.slice(0, 1) } },
};

export const busyBoard = aBoard([live, broken, begun, failed, gone]);
export const unreadBoard = aBoard([], {
  records: { kind: 'unknown', why: 'AccessDeniedException: not authorized to perform dynamodb:Scan' },
  underWay: MACHINES.map((machine) => [machine, { kind: 'unknown', why: 'ThrottlingException: Rate exceeded' }]),
  ledger: { kind: 'unknown', why: 'board/runs.json is malformed; the bucket has its older versions' },
});

const build = (id: string, changes: Partial<RunBuildView>): RunBuildView => ({
  id: `runbook-terraform:${id}`,
  what: 'apply',
  status: 'SUCCEEDED',
  startedAt: Date.parse('2026-01-31T12:02:00Z'),
  endedAt: Date.parse('2026-01-31T12:13:20Z'),
  log: {
    kind: 'read',
    value: ['aws_ecs_service.worker: Creation complete after 1m12s', 'Apply complete! Resources: 72 added'],
  },
  ...changes,
});

export const wholeRun: RunPageData = {
  record: failed,
  at: AT,
  plan: {
    kind: 'read',
    value: [
      { address: 'aws_vpc.main', action: 'add' },
      { address: 'aws_db_instance.main', action: 'add' },
      { address: 'aws_iam_role.worker', action: 'destroy' },
    ],
  },
  builds: {
    kind: 'read',
    value: [
      build('2', {
        status: 'FAILED',
        log: { kind: 'read', value: ['╷', '│ Error: creating RDS DB Instance: <InvalidParameterCombination>', '╵'] },
      }),
      build('1', { what: 'plan', log: { kind: 'unknown', why: 'The log is not kept any more.' } }),
    ],
  },
  validations: {
    kind: 'read',
    value: [
      [
        `environments/load/runs/${failed.run}/validations/v/report.json`,
        {
          kind: 'read',
          value: {
            verdict: 'FAILED',
            at: '2026-01-31T12:40:00Z',
            summary: '1 failed: ALB health',
            notAsked: [],
            checks: [{ check: 'alb-health', status: 'failed', expected: '200', observed: 'GET /actuator/health: 503' }],
          },
        },
      ],
    ],
  },
  certificate: { kind: 'read', value: cleanCertificate },
  messages: {
    kind: 'read',
    value: [
      {
        kind: 'read',
        value: {
          at: '2026-01-31T12:48:00Z',
          subject: 'provision of load failed',
          text: 'What exists costs money until it is torn down.\nnpx runbook teardown load',
          execution: arnOf('provision', 'l'),
        },
      },
    ],
  },
};
