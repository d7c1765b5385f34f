import { isProtected } from '../../lambdas/contracts/lease.ts';
import { environmentNames, runKeys } from '../../lambdas/contracts/naming.ts';
import { buildEntry } from '../../lambdas/contracts/ownership.ts';
import type { ClaimResult, HeldEvent } from '../../lambdas/contracts/payloads/ownership.ts';
import type { EnvironmentRecord } from '../../lambdas/contracts/record.ts';
import type { PreflightRequest } from '../../lambdas/contracts/request.ts';
import { type ClaimPorts, claim } from '../../lambdas/environment/claim.ts';
import { changeLease } from '../../lambdas/environment/lease.ts';
import { requireOwnership, whileOwner } from '../../lambdas/environment/ownership.ts';
import { emptyBucket } from '../../lambdas/removal/empty-bucket.ts';
import { instantOf } from '../../lambdas/runtime/clock.ts';
import {
  EnvironmentLockedError,
  InputError,
  NotExpiredError,
  NotReadyError,
  SafetyError,
} from '../../lambdas/runtime/errors.ts';
import { Records } from '../support/records.ts';
import { aRequest, arnOf, outputs, PATTERN } from '../unit/lambdas/support/fixtures.ts';

export type Machine = 'provision' | 'deploy' | 'teardown';
export const ENVIRONMENTS = ['dev', 'dev-2'];

/** Each machine takes these steps after its claim, in this order. A `function` or a `build` does the work. */
const STEPS: Record<Machine, readonly (readonly ['function' | 'build', string])[]> = {
  provision: [
    ['build', 'bootstrap'],
    ['build', 'plan'],
    ['build', 'apply'],
    ['function', 'outputs'],
  ],
  deploy: [
    ['build', 'images'],
    ['build', 'plan-rollout'],
    ['build', 'apply'],
    ['function', 'move-tags'],
  ],
  teardown: [
    ['function', 'inventory'],
    ['build', 'destroy-plan'],
    ['function', 'remove-unmanaged'],
    ['build', 'destroy'],
    ['function', 'empty-bucket'],
    ['build', 'destroy-backend'],
    ['function', 'schedules'],
  ],
};

/** Each hole removes one protection of the product. The races must detect it. */
export type Hole = 'nobody asks' | 'activity is not seen' | 'old descriptions are believed' | 'work is not waited for';

interface Execution {
  arn: string;
  machine: Machine;
  environment: string;
  /** Step Functions has these descriptions of the execution, oldest first. It may return an old one. */
  past: { status: string; redriveCount: number }[];
  request: PreflightRequest;
  claimed?: ClaimResult;
  began: number;
  /** The index is that of the next step. A redrive continues there. */
  at: number;
}

export interface Chance {
  /** Others may run first. The scheduler determines the order of everything. */
  turn(label: string): Promise<void>;
  /** @returns a number from 0 to 9 */
  luck(): number;
}

const EXPECTED = [EnvironmentLockedError, InputError, NotExpiredError, NotReadyError, SafetyError];
const FUNCTION_MS = 20_000;

/** Real operations race in this account. Its table, Step Functions, CodeBuild and S3 are simulated. */
export class World {
  readonly table = new Records();
  readonly executions: Execution[] = [];
  readonly violations: string[] = [];
  /** The counts are those of events. Races without any event prove nothing. */
  readonly seen = { takeovers: 0, redrives: 0, refused: 0, kills: 0, changes: 0, waited: 0 };
  readonly #chance: Chance;
  readonly #hole: Hole | undefined;
  readonly #builds = new Map<string, { environment: string; over: boolean; stopped: boolean; owner: string }>();
  readonly #buckets = new Map<string, number>();
  readonly #plans = new Map<string, string>();
  /** These owners work on an environment at this moment. */
  readonly #atWork: { environment: string; owner: string; fencing: number }[] = [];
  readonly #running = new Set<Promise<void>>();
  #now = Date.parse('2026-01-31T12:00:00Z');

  constructor(chance: Chance, hole?: Hole) {
    this.#chance = chance;
    this.#hole = hole;
  }

  pass(ms: number): void {
    this.#now += ms;
  }

  start(machine: Machine, environment: string, onlyIfExpired: boolean): void {
    const name = `e${this.executions.length}`;
    const names = environmentNames(PATTERN, environment, '123456789012');
    const run = `${environment}-20260131T120000-${name}`;
    const request = aRequest({
      ...{ machine, environment, run, names, keys: runKeys(environment, run) },
      record: structuredClone(this.table.byName.get(environment) ?? null),
      execution: { id: arnOf(machine, name), name, startTime: '2026-01-31T12:00:00Z' },
      ...(machine === 'teardown' ? { mode: 'destroy', onlyIfExpired } : { expiresAt: '2026-01-31T12:10:00Z' }),
    });
    const past = [{ status: 'RUNNING', redriveCount: 0 }];
    const began = this.#now;
    const execution: Execution = { arn: request.execution.id, machine, environment, past, request, began, at: 0 };
    this.executions.push(execution);
    this.#spawn(this.#attempt(execution));
  }

  redrive(index: number): void {
    const over = this.executions.filter((one) => ['FAILED', 'ABORTED'].includes(now(one).status));
    const execution = over[index % Math.max(over.length, 1)];
    if (!execution) return;
    this.seen.redrives += 1;
    execution.past.push({ status: 'RUNNING', redriveCount: now(execution).redriveCount + 1 });
    this.#spawn(this.#attempt(execution));
  }

  /** Stops an execution like StopExecution does. Its function continues, and its build is stopped if CodeBuild can. */
  kill(index: number): void {
    const running = this.executions.filter((one) => now(one).status === 'RUNNING');
    const execution = running[index % Math.max(running.length, 1)];
    if (execution) this.#stop(execution);
  }

  protect(environment: string, lift: boolean, name: string): void {
    const until = lift ? null : '2026-02-02';
    const execution = { id: arnOf('protect', name), name, startTime: '2026-01-31T12:00:00Z' };
    const request = aRequest({ machine: 'protect', environment, until, reason: 'demo', execution });
    const { loadRecord, updateLease } = this.table;
    const ports = {
      loadRecord: (of: string) => this.#do('protect reads', () => loadRecord(of)),
      updateLease: (...args: Parameters<typeof updateLease>) => this.#do('protect', () => updateLease(...args)),
      now: () => this.#now,
    };
    this.#spawn(changeLease(request, { maxLifeHours: 72, maxProtectDays: 14 }, ports).then(() => {}));
  }

  /** Waits until nothing runs any more. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #spawn(work: Promise<void>): void {
    const settled = work.catch((error: Error) => {
      if (!EXPECTED.some((expected) => error instanceof expected)) this.violations.push(`unexpected ${error.stack}`);
    });
    const tracked = settled.finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
  }

  async #do<T>(label: string, act: () => Promise<T>): Promise<T> {
    await this.#chance.turn(label);
    return act();
  }

  #stop(execution: Execution): void {
    this.seen.kills += 1;
    execution.past.push({ ...now(execution), status: 'ABORTED' });
    for (const build of this.#builds.values()) {
      if (build.owner === execution.arn && this.#chance.luck() < 5) build.stopped = true;
    }
  }

  /** Runs one attempt of an execution, from its next state until it fails, is stopped or succeeds. */
  async #attempt(execution: Execution): Promise<void> {
    const { redriveCount } = now(execution);
    const goesOn = () => now(execution).status === 'RUNNING' && now(execution).redriveCount === redriveCount;
    const end = (status: string) => {
      if (goesOn()) execution.past.push({ status, redriveCount });
    };
    try {
      execution.claimed ??= await this.#claim(execution, redriveCount, goesOn);
      for (; goesOn() && execution.at < STEPS[execution.machine].length; execution.at += 1) {
        await this.#chance.turn('next state');
        if (!goesOn()) return;
        await this.#step(execution, execution.claimed, redriveCount);
        if (this.#chance.luck() === 0) throw new NotReadyError('bad luck');
        // A step that ends after its execution was stopped has no result.
        if (!goesOn()) return;
      }
      if (goesOn()) await this.#record(execution, execution.claimed);
      end('SUCCEEDED');
    } catch (error) {
      end('FAILED');
      await this.#chance.turn('the end is written down');
      const { arn, machine } = execution;
      const lastFailure = { machine, status: 'FAILED', at: instantOf(this.#now), execution: arn };
      await this.table.updateRecord(execution.environment, { owner: arn }, { status: 'FAILED', lastFailure });
      throw error;
    }
  }

  async #claim(execution: Execution, redrive: number, goesOn: () => boolean): Promise<ClaimResult> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await claim({ request: execution.request, redrive }, this.#claimPorts());
      } catch (error) {
        if (!(error instanceof NotReadyError) || attempt >= 5 || !goesOn()) throw error;
        this.seen.waited += 1;
        this.pass(10_000);
      }
    }
  }

  #claimPorts(): ClaimPorts {
    const seen = (record: EnvironmentRecord | null) => {
      if (this.#hole !== 'work is not waited for' || !record) return record;
      const { work: _, ...rest } = record;
      return rest;
    };
    return {
      loadRecord: (of) => this.#do('claim reads', async () => seen(await this.table.loadRecord(of))),
      touchRecord: (...args) => this.#do('claim again', () => this.table.touchRecord(...args)),
      describeExecution: (arn) => this.#do('claim describes', async () => this.#describe(arn)),
      stopExecution: (arn) =>
        this.#do('claim stops', async () => {
          const execution = this.executions.find((one) => one.arn === arn);
          if (execution && now(execution).status === 'RUNNING') this.#stop(execution);
        }),
      // The list may lack a build that has just begun.
      buildsInProgress: (of) =>
        this.#do('claim lists builds', async () =>
          [...this.#builds].flatMap(([id, { environment, over }]) =>
            environment === of && !over && this.#chance.luck() < 5 ? [id] : [],
          ),
        ),
      unfinishedBuilds: (ids) =>
        this.#do('claim asks for builds', async () => ids.filter((id) => this.#builds.get(id)?.over !== true)),
      replaceRecord: (next, previous) => this.#do('claim writes', () => this.#replace(next, previous)),
      copyBundle: async () => {},
      writeInputs: async () => {},
      bundleSha256: 'b'.repeat(64),
      now: () => this.#now,
    };
  }

  async #replace(next: EnvironmentRecord, previous: EnvironmentRecord | null): Promise<boolean> {
    const before = await this.table.loadRecord(next.environment);
    const blind = this.#hole === 'activity is not seen' && previous && before;
    const { activity: _, ...rest } = previous ?? ({} as EnvironmentRecord);
    const known = blind
      ? { ...rest, ...(before.activity === undefined ? {} : { activity: before.activity }) }
      : previous;
    const replaced = await this.table.replaceRecord(next, known);
    if (!replaced) return false;
    if (before) this.seen.takeovers += 1;
    const loser = this.executions.find(({ arn }) => arn === before?.owner);
    // A redrive that has not made a call yet may lose the environment, and is refused. A redrive that works may not
    // lose it.
    if (loser && now(loser).status === 'RUNNING' && now(loser).redriveCount === before?.redrive) {
      this.violations.push(`${next.owner} takes over from ${before?.owner}, which runs`);
    }
    if (next.fencing <= (before?.fencing ?? 0)) this.violations.push(`fencing ${before?.fencing} → ${next.fencing}`);
    return true;
  }

  #describe(arn: string): { status: string; redriveCount: number } | undefined {
    const execution = this.executions.find((one) => one.arn === arn);
    if (!execution) return undefined;
    const age = this.#chance.luck() % 3;
    // The oldest description of an execution that has just begun is none.
    const fresh = this.#now - execution.began < 60_000;
    const described = execution.past[execution.past.length - 1 - age] ?? (fresh ? undefined : execution.past[0]);
    if (this.#hole !== 'old descriptions are believed' || !described) return described;
    return { ...described, redriveCount: Number.POSITIVE_INFINITY };
  }

  async #step(execution: Execution, claimed: ClaimResult, redrive: number): Promise<void> {
    const [kind, name] = STEPS[execution.machine][execution.at] ?? ['function', ''];
    const request = { ...execution.request, run: claimed.run, keys: claimed.keys };
    const held = { request, fencing: claimed.fencing, redrive };
    const work = { environment: execution.environment, owner: execution.arn, fencing: claimed.fencing };
    const change = (what: string) => this.#change(work, what);
    try {
      if (kind === 'build') await this.#build(name, { ...work, redrive }, claimed, change);
      else await this.#function(name, held, change);
    } catch (error) {
      if (error instanceof SafetyError) this.seen.refused += 1;
      throw error;
    }
  }

  async #build(
    command: string,
    work: { environment: string; owner: string; fencing: number; redrive: number },
    { keys }: ClaimResult,
    change: (what: string) => void,
  ): Promise<void> {
    const id = `b:${this.#builds.size}`;
    const build = { environment: work.environment, over: false, stopped: false, owner: work.owner };
    this.#builds.set(id, build);
    const own = { ...work, changes: command !== 'destroy-plan', entry: buildEntry(id, this.#now) };
    try {
      await requireOwnership(own, this.#ownership());
      await this.#atWorkWhile(work, async () => {
        await this.#chance.turn(`${command} runs`);
        if (build.stopped) throw new NotReadyError('stopped');
        if (/plan$|rollout$/.test(command)) this.#plans.set(keys.plan, work.owner);
        else {
          await requireOwnership(own, this.#ownership());
          const planner = command === 'apply' ? this.#plans.get(keys.plan) : work.owner;
          if (planner !== work.owner) this.violations.push(`${work.owner} applies the plan of ${planner}`);
          await this.#chance.turn(`${command} changes`);
          if (build.stopped) throw new NotReadyError('stopped');
          change(command);
          if (command === 'bootstrap') this.#buckets.set(work.environment, 3);
          if (command === 'destroy-backend') this.#buckets.delete(work.environment);
        }
      });
    } finally {
      build.over = true;
    }
  }

  async #function(
    name: string,
    held: HeldEvent & { request: PreflightRequest },
    change: (what: string) => void,
  ): Promise<void> {
    const ends = this.#now + FUNCTION_MS;
    const { request, fencing } = held;
    const { environment, execution } = request;
    // Lambda ends a function at its timeout, wherever it is.
    const alive = () => {
      if (this.#now > ends) throw new NotReadyError('Lambda has ended the function');
    };
    const invocation = {
      id: `f${this.seen.changes}-${this.#now}-${execution.id}`,
      remainingMs: () => ends - this.#now,
    };
    await whileOwner(held, invocation, this.#ownership(), (confirm) =>
      this.#atWorkWhile({ environment, owner: execution.id, fencing, ends }, async () => {
        await this.#chance.turn(`${name} runs`);
        alive();
        if (name !== 'empty-bucket') {
          await confirm();
          await this.#chance.turn(`${name} changes`);
          alive();
          change(name);
          return;
        }
        const bucketOf = (bucket: string) =>
          ENVIRONMENTS.find((one) => environmentNames(PATTERN, one, '123456789012').stateBucket === bucket) ?? bucket;
        await emptyBucket(request, 'order-platform', () => 900_000, {
          bucketTags: async (bucket) => {
            const own = bucketOf(bucket);
            return this.#buckets.has(own) ? { environment: own, project: 'order-platform' } : undefined;
          },
          liveKeys: async () => [],
          firstVersions: async (bucket) =>
            (this.#buckets.get(bucketOf(bucket)) ?? 0) > 0 ? [{ key: 'k', versionId: 'v' }] : [],
          deleteVersions: async (bucket) => {
            await this.#chance.turn(`${name} changes`);
            alive();
            change(name);
            const of = bucketOf(bucket);
            if (of !== environment) this.violations.push(`${environment} empties the bucket of ${of}`);
            this.#buckets.set(of, (this.#buckets.get(of) ?? 1) - 1);
          },
          confirm,
        });
      }),
    );
  }

  #ownership(): Parameters<typeof whileOwner>[2] {
    return {
      touchRecord: (environment, claimed, entry) =>
        this.#do('asks', async () => {
          const record = await this.table.touchRecord(environment, claimed, entry);
          if (record || this.#hole !== 'nobody asks') return record;
          const statuses = { provision: 'PROVISIONING', deploy: 'LIVE', teardown: 'TEARING_DOWN' } as const;
          const ownerMachine = (/runbook-(\w+)/.exec(claimed.owner)?.[1] ?? 'provision') as Machine;
          const other = (await this.table.loadRecord(environment)) as EnvironmentRecord;
          const { protection: _, ...rest } = other;
          return { ...rest, ownerMachine, status: statuses[ownerMachine] };
        }),
      removeWork: (...args) => this.#do('has ended', () => this.table.removeWork(...args)),
      loadRecord: (environment) => this.table.loadRecord(environment),
      now: () => this.#now,
    };
  }

  /** Work on an environment at the same time must have one owner and one fencing number. */
  async #atWorkWhile(
    work: { environment: string; owner: string; fencing: number; ends?: number },
    task: () => Promise<void>,
  ): Promise<void> {
    for (const other of this.#atWork as (typeof work)[]) {
      const lives = other.ends === undefined || other.ends >= this.#now;
      const same = other.owner === work.owner && other.fencing === work.fencing;
      if (lives && other.environment === work.environment && !same) {
        this.violations.push(`${work.owner} is at work beside ${other.owner}`);
      }
    }
    this.#atWork.push(work);
    try {
      await task();
    } finally {
      this.#atWork.splice(this.#atWork.indexOf(work), 1);
    }
  }

  /**
   * Counts a change of the environment. A change by another than the owner, or of an environment that is protected from
   * its teardown, is a violation.
   */
  #change(
    { environment, owner, fencing }: { environment: string; owner: string; fencing: number },
    what: string,
  ): void {
    this.seen.changes += 1;
    const record = this.table.byName.get(environment);
    if (record?.owner !== owner || record.fencing !== fencing) {
      this.violations.push(
        `${what} by ${owner} (${fencing}) while ${record?.owner} (${record?.fencing}) owns ${environment}`,
      );
    }
    if (record && record.ownerMachine === 'teardown' && isProtected(record, this.#now)) {
      this.violations.push(`${what} of ${environment}, which is protected`);
    }
  }

  /** Writes the last state of each machine, on the condition of the owner and the fencing number. */
  async #record({ machine, environment, arn }: Execution, { fencing }: ClaimResult): Promise<void> {
    await this.#chance.turn('records');
    const changes = machine === 'teardown' ? { status: 'GONE' as const } : { status: 'LIVE' as const, outputs };
    await this.table.updateRecord(environment, { owner: arn, fencing }, changes);
  }
}

function now({ past }: Execution): { status: string; redriveCount: number } {
  return past.at(-1) ?? { status: 'RUNNING', redriveCount: 0 };
}
