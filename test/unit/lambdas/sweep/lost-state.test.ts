import { expect, test } from 'vitest';
import type { InventoryItem } from '../../../../lambdas/contracts/payloads/inventory.ts';
import type { EnvironmentRecord } from '../../../../lambdas/contracts/record.ts';
import { executionChanged } from '../../../../lambdas/environment/execution-changed.ts';
import { nextRecord } from '../../../../lambdas/environment/next-record.ts';
import { takeInventory } from '../../../../lambdas/sweep/take-inventory.ts';
import { ACCOUNT, aRecord, aRequest, arnOf } from '../support/fixtures.ts';
import { QUIET } from '../support/quiet-ports.ts';

/** The environment has a state and files. Its claims, inventories and ends of executions are real. */
class World {
  record: EnvironmentRecord = aRecord({ lineage: 'l-1', serial: 3 });
  state: string | undefined = JSON.stringify({ version: 4, serial: 3, lineage: 'l-1', resources: [] });
  files = new Map([[aRequest().keys.lineage, 'l-1']]);

  async teardown(name: string, mode: 'plan' | 'destroy'): Promise<string> {
    const id = arnOf('teardown', name);
    const execution = { id, name, startTime: '2026-01-31T15:00:00.000Z' };
    const request = aRequest({ machine: 'teardown', mode, execution, record: this.record });
    this.record = nextRecord(request, this.record, Date.parse('2026-01-31T15:00:00Z'), 'a'.repeat(64));
    const read = (text: string | undefined) =>
      text === undefined ? { kind: 'no-object' as const } : { kind: 'found' as const, text };
    try {
      await takeInventory(request, {
        project: 'order-platform',
        bucketTags: async () => ({ project: 'order-platform', environment: 'dev' }),
        readState: async () => read(this.state),
        readRun: async (key) => read(this.files.get(key)),
        writeInventory: async (key: string, items: InventoryItem[]) => {
          this.files.set(key, JSON.stringify(items));
        },
        now: () => 0,
      });
      return 'goes on to remove by tags and names, and to empty the state bucket';
    } catch (error) {
      await this.ended(id, name, mode, error as Error);
      return (error as Error).name;
    }
  }

  private async ended(executionArn: string, name: string, mode: string, { name: error, message: cause }: Error) {
    const stateMachineArn = `arn:aws:states:eu-west-1:${ACCOUNT}:stateMachine:runbook-teardown`;
    const detail = {
      executionArn,
      stateMachineArn,
      name,
      status: 'FAILED',
      startDate: 1,
      stopDate: Date.parse('2026-01-31T15:01:00Z'),
    };
    await executionChanged(
      { detail: { ...detail, input: JSON.stringify({ environment: 'dev', mode }), error, cause } },
      {
        ...QUIET,
        describeExecution: async () => ({ status: 'FAILED', redriveCount: 0 }),
        loadRecord: async () => this.record,
        updateIfOwned: async (_environment, owner, changes) => {
          if (this.record.owner !== owner) return false;
          this.record = { ...this.record, ...changes };
          return true;
        },
        startTeardown: async () => 'arn',
        now: () => Date.parse('2026-01-31T15:02:00Z'),
      },
    );
  }
}

test('a dry run and a refusal do not say that a lost state was destroyed', async () => {
  const world = new World();
  expect(await world.teardown('dry', 'plan')).toMatch(/^goes on/);
  // Somebody removes the state of the live environment.
  world.state = undefined;
  expect(await world.teardown('first', 'destroy')).toBe('SafetyError');
  // An hour later, the expire state machine starts the failed teardown again.
  expect(await world.teardown('find-expired', 'destroy')).toBe('SafetyError');
});
