import { resolve } from 'node:path';
import { buildTime, type Roots, type Tools } from '../../../bench/aws/build-time.ts';
import { BUILD, LAMBDA, SERVICE } from '../../../bench/aws/times.ts';
import { commandsOf } from '../../../builds/terraform/settings.ts';
import { readRoot } from '../../../cli/init/terraform-root.ts';
import { parseDefinition } from '../../../lab/states/definition/validate.ts';
import { StateError } from '../../../lab/states/errors.ts';
import { Execution, type ExecutionHost } from '../../../lab/states/execution.ts';
import type { RecordedEvent } from '../../../lab/states/history.ts';
import type { TaskAttempt } from '../../../lab/states/interpreter/run.ts';
import type { Json, JsonObject } from '../../../lab/states/json.ts';
import { CHECKS, type CheckName } from '../../../lambdas/contracts/contracts.ts';
import type { MachineName } from '../../../lambdas/contracts/record.ts';
import config from '../../../runbook.config.ts';
import { definitionText } from '../../lab/machines/support/definitions.ts';
import { checkResult, functionsOf } from '../../lab/machines/support/functions.ts';
import { named, World } from '../../lab/machines/support/world.ts';
import { VirtualClock } from './virtual-clock.ts';

/** A step is a state that waited for something. Its times are in seconds since the life began. */
export interface Step {
  machine: MachineName;
  state: string;
  from: number;
  to: number;
}

/** The times of one build are in seconds. */
export interface Spent {
  /** The command is that of Terraform's project, or `images`. */
  command: string;
  from: number;
  parts: Readonly<Record<string, number>>;
}

export interface Life {
  steps: Step[];
  /** The number counts states entered, and tries. */
  transitions: number;
  /** Each build was at work for this number of seconds. */
  builds: number[];
  spent: Spent[];
  /** Both times are in seconds since the life began. */
  provisioned: number;
  tornDown: number;
  /**
   * `applied` is the time at which the last resource was up, and `serving` the time at which the first request was
   * answered.
   */
  applied: number;
  serving: number;
}

/** Builds get Terraform from here, except for the first of an account. */
const TOOLS: Tools = 'bucket';
const PROJECT_ROOT = resolve(import.meta.dirname, '../../..');

/**
 * The definitions wait for these times, as `lib/machines/substitutions.ts` reads them from the configuration. Time
 * limits never end anything here.
 */
const NUMBERS = {
  NotReadySeconds: config.validation.intervalSeconds,
  NotReadyAttempts: 1_000,
  SettleSeconds: config.sweep.settleSeconds,
};
const LIMIT = `"TimeoutSeconds":${VirtualClock.FOREVER_SECONDS}`;

export interface LifeOptions {
  /** The value is the same as in the input of a provision. */
  approval?: 'plan';
  tools?: Tools;
  /** The value is false where the services are up as soon as they are created: then no check is tried again. */
  slowServices?: boolean;
  /** Returns another definition of a machine than that of its file, with a value in each placeholder. */
  changed?: (definition: string, machine: MachineName) => string;
}

export async function readRoots(): Promise<Roots> {
  const [bootstrap, stack] = await Promise.all(
    ['bootstrap', 'stack'].map((name) => readRoot(resolve(PROJECT_ROOT, 'infra/aws-v3', name))),
  );
  if (!bootstrap || !stack) throw new Error('there is no root');
  return { bootstrap, stack };
}

/**
 * Simulates one life on AWS by the machines' own definitions: the lab's interpreter runs them on a clock that jumps,
 * and each task takes the time that it takes on AWS.
 */
export async function simulateLife(roots: Roots, options: LifeOptions = {}): Promise<Life> {
  const account = new Account(roots, options);
  const { approval } = options;
  await account.run('provision', { environment: 'dev', ...(approval ? { approval } : {}) });
  const provisioned = account.clock.elapsed();
  await account.run('teardown', { environment: 'dev' });
  const { steps, transitions, builds, spent, applied, serving } = account;
  return { steps, transitions, builds, spent, provisioned, tornDown: account.clock.elapsed(), applied, serving };
}

class Account {
  readonly clock = new VirtualClock();
  readonly steps: Step[] = [];
  readonly builds: number[] = [];
  readonly spent: Spent[] = [];
  transitions = 0;
  applied = 0;
  serving = 0;
  readonly #roots: Roots;
  readonly #options: LifeOptions;
  readonly #world = new World();
  readonly #warm = new Set<string>();
  #started = 0;

  constructor(roots: Roots, options: LifeOptions) {
    this.#roots = roots;
    this.#options = options;
    const functions = functionsOf(this.#world, {
      describeExecution: async () => ({ status: 'SUCCEEDED', redriveCount: 0 }),
      stopExecution: async () => {},
    });
    const checks = CHECKS.map((check) => [`check-${check}`, () => this.#check(check)] as const);
    this.#world.reset({ ...functions, ...Object.fromEntries(checks) });
  }

  /** @throws {Error} when the execution does not succeed */
  async run(machine: MachineName, input: JsonObject): Promise<Json> {
    this.#started += 1;
    const name = String(this.#started);
    const { changed = (text: string) => text } = this.#options;
    const definition = changed(definitionText(machine, NUMBERS), machine).replaceAll(/"TimeoutSeconds": *\d+/g, LIMIT);
    const execution = new Execution(
      {
        ...{ arn: `arn:aws:states:eu-west-1:123456789012:execution:runbook-${machine}:${name}`, name, input },
        ...{ machineArn: `arn:${machine}`, machineName: `runbook-${machine}`, versionArn: undefined },
        revision: {
          ...{ definition, parsed: parseDefinition(definition), roleArn: '', revisionId: undefined, updatedAt: 0 },
          ...{ logging: {}, tracing: { enabled: false }, encryption: { type: 'AWS_OWNED_KEY' } },
        },
      },
      this.#host,
    );
    await execution.start();
    const { history, status, failure, output = null } = execution;
    if (status !== 'SUCCEEDED') throw new Error(`${machine} ended as ${status}: ${failure?.error} ${failure?.reason}`);
    this.#note(machine, history.events);
    return output;
  }

  readonly #host: ExecutionHost = {
    ...{ clock: this.clock, region: 'eu-west-1', random: () => 1 },
    performTask: (task) => this.#perform(task),
    readItems: async () => [],
    newTaskToken: () => 'token',
    startMapRun: () => {
      throw new Error('a life has no distributed Map');
    },
    ...{ statusChanged: () => {}, recorded: () => {}, log: () => {} },
  };

  #note(machine: MachineName, events: readonly RecordedEvent[]): void {
    const seconds = ({ timestamp }: RecordedEvent) => this.clock.seconds(timestamp * 1_000);
    const entered = new Map<string, RecordedEvent>();
    for (const event of events) {
      const began = event.stateEnteredEventDetails?.name;
      if (began) entered.set(began, event);
      const state = event.stateExitedEventDetails?.name ?? '';
      const from = entered.get(state);
      if (from) this.steps.push({ machine, state, from: seconds(from), to: seconds(event) });
    }
    const count = (type: RegExp) => events.filter((event) => type.test(event.type ?? '')).length;
    this.transitions += count(/StateEntered$/) + Math.max(0, count(/^TaskScheduled$/) - count(/^TaskStateEntered$/));
  }

  async #perform(task: TaskAttempt): Promise<Json> {
    const args = task.arguments as JsonObject;
    if (task.resource.endsWith('lambda:invoke')) return this.#invoke(args, task);
    if (task.resource.endsWith('codebuild:startBuild.sync')) return this.#build(args, task);
    if (task.resource.endsWith('states:startExecution.sync:2')) {
      const machine = String(args.StateMachineArn).split('runbook-')[1] as MachineName;
      return { Output: await this.run(machine, args.Input as JsonObject) };
    }
    if (task.resource.endsWith('sns:publish.waitForTaskToken')) return { approved: true };
    await this.#pass(LAMBDA.warm.seconds, task);
    return {};
  }

  #pass(seconds: number, { signal }: TaskAttempt): Promise<void> {
    return this.clock.sleep(seconds * 1_000, signal);
  }

  async #invoke({ FunctionName, Payload }: JsonObject, task: TaskAttempt): Promise<Json> {
    const name = String(FunctionName).split('runbook-')[1] ?? '';
    await this.#pass((this.#warm.has(name) ? LAMBDA.warm : LAMBDA.cold).seconds, task);
    this.#warm.add(name);
    const behaviour = this.#world.functions[name];
    if (!behaviour) throw new Error(`there is no function ${name}`);
    try {
      return { Payload: (await behaviour(Payload as JsonObject, 1)) as Json };
    } catch (error) {
      const { name: errorType, message: errorMessage } = error as Error;
      throw new StateError(errorType, JSON.stringify({ errorType, errorMessage }));
    }
  }

  /**
   * The backend exists before the services; of the checks on these, that of ECS passes last, when they have served for
   * a while.
   */
  #check(check: CheckName) {
    const { slowServices = true } = this.#options;
    const served = this.serving + (check === 'ecs-services' ? SERVICE.rollout.seconds : 0);
    if (slowServices && check !== 'backend' && this.clock.elapsed() < served) throw named('NotReadyError');
    return { ...checkResult(check), startedAt: new Date(this.clock.now()).toISOString() };
  }

  async #build({ EnvironmentVariablesOverride, ProjectName }: JsonObject, task: TaskAttempt): Promise<Json> {
    const given = EnvironmentVariablesOverride as { Name: string; Value: string }[];
    const command = given.find(({ Name }) => Name === 'COMMAND')?.Value;
    const { seconds, parts } = buildTime(command, this.#roots, this.#options.tools ?? TOOLS);
    const from = this.clock.elapsed();
    await this.#pass(seconds, task);
    this.builds.push(seconds - BUILD.event.seconds);
    this.spent.push({ command: command ?? 'images', from, parts });
    if (command && commandsOf(command).includes('apply')) {
      this.applied = from + seconds - BUILD.finalizing.seconds - BUILD.event.seconds;
      this.serving = this.applied + SERVICE.task.seconds + SERVICE.migration.seconds + SERVICE.healthy.seconds;
    }
    const image = (service: string) => `registry/${service}@sha256:${'0'.repeat(64)}`;
    const exported = {
      ...{ PLAN_ADD: '83', PLAN_CHANGE: '0', PLAN_DESTROY: '0', STATE_LINEAGE: this.#world.lineage },
      PUBLISHED_IMAGES: JSON.stringify({ api: image('api'), worker: image('worker') }),
    };
    const ExportedEnvironmentVariables = Object.entries(exported).map(([Name, Value]) => ({ Name, Value }));
    return { Build: { Id: `${ProjectName}:${this.builds.length}`, ExportedEnvironmentVariables } };
  }
}
