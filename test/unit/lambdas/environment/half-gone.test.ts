import { describe, expect, test } from 'vitest';
import { ORDER_PLATFORM_IMAGES } from '../../../../lambdas/contracts/images.ts';
import type { EnvironmentRecord, MachineName } from '../../../../lambdas/contracts/record.ts';
import type { PreflightRequest } from '../../../../lambdas/contracts/request.ts';
import { requireDeployable } from '../../../../lambdas/environment/deployable.ts';
import { executionChanged } from '../../../../lambdas/environment/execution-changed.ts';
import { changeLease } from '../../../../lambdas/environment/lease.ts';
import { nextRecord } from '../../../../lambdas/environment/next-record.ts';
import { recordOutputs } from '../../../../lambdas/environment/record-outputs.ts';
import { releaseClaim } from '../../../../lambdas/environment/release-claim.ts';
import { takeInventory } from '../../../../lambdas/sweep/take-inventory.ts';
import { ACCOUNT, aRecord, aRequest, arnOf, outputs, PATTERN } from '../support/fixtures.ts';
import { QUIET } from '../support/quiet-ports.ts';
import { FakeRecords } from '../support/records.ts';
import { stateOf } from '../support/states.ts';

const NOW = Date.parse('2026-01-31T14:00:00Z');
const requestOf = (machine: PreflightRequest['machine'], name: string, more: Partial<PreflightRequest> = {}) =>
  aRequest({ machine, execution: { id: arnOf(machine, name), name, startTime: '2026-01-31T14:00:00.000Z' }, ...more });

/** The class has one environment and applies the changes of executions to its record. */
class Life {
  readonly records = new FakeRecords(aRecord({ lineage: 'l-1' }));

  claim(request: PreflightRequest): PreflightRequest {
    const { record } = this.records;
    this.records.record = nextRecord(request, record, NOW, 'd'.repeat(64));
    return { ...request, record };
  }

  async fail(machine: MachineName, name: string, error: string, input: object = {}): Promise<void> {
    await executionChanged(
      {
        detail: {
          ...{
            executionArn: arnOf(machine, name),
            name,
            status: 'FAILED',
            startDate: 1,
            stopDate: 2,
            error,
            cause: 'c',
          },
          stateMachineArn: `arn:aws:states:eu-west-1:${ACCOUNT}:stateMachine:runbook-${machine}`,
          input: JSON.stringify({ environment: 'dev', ...input }),
        },
      },
      {
        ...QUIET,
        describeExecution: async () => ({ status: 'FAILED', redriveCount: 0 }),
        loadRecord: this.records.loadRecord,
        updateIfOwned: (environment, owner, changes) =>
          this.records.table.updateRecord(environment, { owner }, changes),
        startTeardown: async () => 'arn',
        publish: async () => {},
        keepMessage: async () => {},
        writeBoard: async () => {},
        warn: () => {},
        now: () => NOW,
      },
    );
  }

  async applied(request: PreflightRequest): Promise<void> {
    const { fencing } = this.records.record as EnvironmentRecord;
    await recordOutputs(
      { request, fencing, redrive: 0 },
      { wanted: [], lookups: [], namePattern: PATTERN },
      {
        readText: async () => '{}',
        readState: async () => stateOf([]),
        loadRecord: this.records.loadRecord,
        now: () => NOW,
        storeOutputs: this.records.table.updateRecord,
      },
    );
    await this.records.table.updateRecord('dev', {}, { status: 'LIVE', outputs });
  }

  lease(machine: 'extend' | 'protect') {
    const change = machine === 'extend' ? { hours: 1 } : { until: '2026-02-05T00:00:00Z' };
    const request = requestOf(machine, 'l', { ...change, reason: 'demo' });
    return changeLease(request, { maxLifeHours: 72, maxProtectDays: 14 }, { ...this.records, now: () => NOW });
  }

  /** @returns the actions that are refused */
  async refused(): Promise<string[]> {
    const refused = [];
    const { record } = this.records;
    try {
      requireDeployable('dev', record, ORDER_PLATFORM_IMAGES);
    } catch {
      refused.push('deploy');
    }
    for (const machine of ['extend', 'protect'] as const) {
      await this.lease(machine).catch(() => refused.push(machine));
      this.records.record = record;
    }
    return refused;
  }
}

const ALL = ['deploy', 'extend', 'protect'];

/**
 * An environment is half gone from the start of its destroy until a provision has applied, whichever execution failed
 * last.
 */
describe('an environment whose teardown has begun', () => {
  async function halfGone(): Promise<Life> {
    const life = new Life();
    expect(await life.refused()).toEqual([]);
    life.claim(requestOf('teardown', 't', { mode: 'destroy' }));
    expect(await life.refused()).toEqual(ALL);
    await life.fail('teardown', 't', 'States.TaskFailed');
    expect(await life.refused()).toEqual(ALL);
    return life;
  }

  test('is deployed to by nobody, nor kept, and the refusal names that teardown', async () => {
    const life = await halfGone();
    expect(() => requireDeployable('dev', life.records.record, ORDER_PLATFORM_IMAGES)).toThrow(
      `began in ${arnOf('teardown', 't')}`,
    );
    await expect(life.lease('protect')).rejects.toThrow(`began in ${arnOf('teardown', 't')}`);
  });

  test.each(['States.TaskFailed', 'States.Timeout', 'InputError'])(
    'is so after a provision that ended with %s',
    async (error) => {
      const life = await halfGone();
      life.claim(requestOf('provision', 'p'));
      expect(await life.refused()).toEqual(ALL);
      await life.fail('provision', 'p', error);
      expect(life.records.record).toMatchObject({ status: 'FAILED', lastFailure: { machine: 'provision' } });
      expect(await life.refused()).toEqual(ALL);
    },
  );

  test('is so after a plan that was refused', async () => {
    const life = await halfGone();
    const request = life.claim(requestOf('provision', 'p'));
    const { fencing } = life.records.record as EnvironmentRecord;
    await releaseClaim(
      { request, fencing, redrive: 0 },
      { loadRecord: life.records.loadRecord, revert: life.records.table.updateLease as never },
    );
    await life.fail('provision', 'p', 'PlanRefused');
    expect(life.records.record?.status).toBe('FAILED');
    expect(await life.refused()).toEqual(ALL);
  });

  test('is so although another execution has claimed it before its failure was written down', async () => {
    const life = new Life();
    life.claim(requestOf('teardown', 't', { mode: 'destroy' }));
    life.claim(requestOf('provision', 'p'));
    await life.fail('teardown', 't', 'States.TaskFailed');
    await life.fail('provision', 'p', 'States.TaskFailed');
    expect(await life.refused()).toEqual(ALL);
  });

  test('is whole again once a provision has applied, whatever comes then', async () => {
    const life = await halfGone();
    const request = life.claim(requestOf('provision', 'p'));
    await life.applied(request);
    expect(await life.refused()).toEqual([]);
    await life.fail('provision', 'p', 'ValidationFailed');
    expect(await life.refused()).toEqual([]);
  });

  test('can be torn down, although a provision has failed over it before it made anything', async () => {
    const life = await halfGone();
    life.claim(requestOf('provision', 'p'));
    await life.fail('provision', 'p', 'States.TaskFailed');
    const request = life.claim(requestOf('teardown', 'again', { mode: 'destroy' }));
    const { keys } = request;
    // The build of the first destroy wrote these files. The bucket is new and empty.
    const files = new Map([
      [keys.lineage, 'l-1'],
      [keys.destroyed, 'l-1'],
    ]);
    const taken = takeInventory(request, {
      project: 'order-platform',
      bucketTags: async () => ({ project: 'order-platform', environment: 'dev' }),
      readState: async () => ({ kind: 'no-object' }),
      readRun: async (key) => {
        const text = files.get(key);
        return text === undefined ? { kind: 'no-object' } : { kind: 'found', text };
      },
      writeInventory: async () => {},
      now: () => 0,
    });
    await expect(taken).resolves.toMatchObject({ stateExists: false });
  });

  test('is none when the teardown was only planned', async () => {
    const life = new Life();
    life.claim(requestOf('teardown', 't', { mode: 'plan' }));
    await life.fail('teardown', 't', 'States.TaskFailed', { mode: 'plan' });
    expect(await life.refused()).toEqual([]);
  });

  test('has forgotten that in its next life', async () => {
    const life = await halfGone();
    life.records.record = { ...(life.records.record as EnvironmentRecord), status: 'GONE' };
    const request = requestOf('provision', 'p', { run: 'dev-20260131T140000-fedcba' });
    life.claim(request);
    expect(life.records.record.teardownBegan).toBeUndefined();
    expect(life.records.record.provisionBegan).toBe(request.execution.id);
  });

  test('is so by an older record, which says only what has failed last', () => {
    const lastFailure = {
      machine: 'teardown',
      status: 'FAILED',
      at: '2026-01-31T13:00:00Z',
      execution: arnOf('teardown', 'old'),
    };
    expect(() => requireDeployable('dev', aRecord({ status: 'FAILED', lastFailure }), ORDER_PLATFORM_IMAGES)).toThrow(
      arnOf('teardown', 'old'),
    );
  });
});
