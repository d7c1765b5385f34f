import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { GithubEvent } from './events.ts';
import { type Contexts, interpolate, runs, type Status } from './expressions.ts';
import type { FakeGithub } from './fake-github.ts';
import { compositeAction, type Job, read, type Step, workflow } from './workflow.ts';

/** A call of another project's action. */
export interface ActionCall {
  inputs: Record<string, string>;
  /** The subject of the job's OIDC token; undefined for a job that may not have one. */
  subject: string | undefined;
}

export interface RunnerOptions {
  /** The checkout of the repository. */
  projectRoot: string;
  /** The runner writes to this folder. */
  folder: string;
  github: FakeGithub;
  /** The variables are the repository's. */
  vars: Record<string, string>;
  /** The environment variables are the machine's. */
  env: Record<string, string>;
  /** Other projects' actions, by name without version, return the variables that they set for the later steps. */
  actions: Record<string, (call: ActionCall) => Promise<Record<string, string>>>;
  /** Scripts of bash that the steps find before the programs of these names. */
  standIns: Record<string, string>;
}

export interface JobResult {
  conclusion: Status | 'skipped';
  /** The list has what each step of the workflow or of its action came to: `Push images: skipped`. */
  steps: string[];
  log: string;
  summary: string;
  workspace: string;
}

const WORKFLOWS = ['pull-request', 'pull-request-closed'];

interface JobState {
  contexts: Contexts;
  environment: Record<string, string>;
  result: JobResult;
  summaryFile: string;
  subject: string | undefined;
  /** Folder of the action whose steps run. */
  actionPath?: string;
}

/**
 * The runner does what GitHub does with the workflows of pull requests: it starts those that an event starts, evaluates
 * their expressions, and runs the command lines of their steps in bash, with the variables and files that GitHub's
 * documentation names. https://docs.github.com/en/actions/reference/workflows-and-actions/variables
 */
export class Runner {
  readonly #options: RunnerOptions;
  readonly #runNumbers = new Map<string, number>();
  #runs = 0;

  constructor(options: RunnerOptions) {
    const { folder, env, standIns } = options;
    const tools = mkdtempSync(join(folder, 'bin-'));
    for (const [name, script] of Object.entries(standIns)) {
      writeFileSync(join(tools, name), `#!/usr/bin/env bash\n${script}\n`);
      chmodSync(join(tools, name), 0o755);
    }
    this.#options = { ...options, env: { ...env, PATH: `${tools}${delimiter}${env.PATH}` } };
  }

  /** Runs each workflow that the event starts. @returns the results of the jobs */
  async trigger(event: GithubEvent): Promise<JobResult[]> {
    const results = WORKFLOWS.map(async (name) => {
      const file = join(this.#options.projectRoot, '.github/workflows', `${name}.yml`);
      const { on, jobs, permissions } = read(workflow, file);
      if (!isStartedBy(on, event)) return [];
      // A run has a number of its workflow, and an id of the whole site.
      const number = (this.#runNumbers.get(name) ?? 0) + 1;
      this.#runNumbers.set(name, number);
      this.#runs += 1;
      const run = { number, id: 1_000_000 + this.#runs };
      return Promise.all(Object.values(jobs).map((job) => this.#job({ permissions, ...job }, event, run)));
    });
    return (await Promise.all(results)).flat();
  }

  async #job(job: Job, event: GithubEvent, run: { number: number; id: number }): Promise<JobResult> {
    const { folder, github, vars, env } = this.#options;
    const workspace = mkdtempSync(join(folder, 'job-'));
    const permissions = job.permissions ?? {};
    const context = {
      ...{ event: event.payload, event_name: event.name, repository: github.repository, actor: event.actor },
      ...{ sha: event.sha, ref: event.ref, run_id: run.id, run_number: run.number, run_attempt: 1 },
      ...{ server_url: 'https://github.com', api_url: github.url, workspace, token: github.issueToken(permissions) },
    };
    const contexts = { github: context, vars };
    const result: JobResult = { conclusion: 'skipped', steps: [], log: '', summary: '', workspace };
    if (!runs(job.if, contexts)) return result;

    const files = join(workspace, '_runner');
    mkdirSync(files);
    const [eventFile, summaryFile] = [join(files, 'event.json'), join(files, 'summary.md')];
    writeFileSync(eventFile, JSON.stringify(event.payload));
    writeFileSync(summaryFile, '');
    const environment = {
      ...env,
      ...{ CI: 'true', GITHUB_ACTIONS: 'true', GITHUB_ACTOR: event.actor, GITHUB_API_URL: github.url },
      ...{ GITHUB_EVENT_NAME: event.name, GITHUB_EVENT_PATH: eventFile, GITHUB_REF: event.ref, GITHUB_SHA: event.sha },
      ...{ GITHUB_REPOSITORY: github.repository, GITHUB_RUN_ID: `${run.id}`, GITHUB_RUN_NUMBER: `${run.number}` },
      ...{ GITHUB_RUN_ATTEMPT: '1', GITHUB_SERVER_URL: context.server_url, GITHUB_WORKSPACE: workspace },
      ...{ GITHUB_STEP_SUMMARY: summaryFile, RUNNER_TEMP: files, RUNNER_OS: 'Linux' },
    };
    const claims = job.environment ? `environment:${job.environment}` : event.name;
    const subject = permissions['id-token'] === 'write' ? `repo:${github.repository}:${claims}` : undefined;
    const state: JobState = { contexts, environment, result, summaryFile, subject };
    const { status } = await this.#steps(job.steps, state);
    return { ...result, conclusion: status, summary: readFileSync(summaryFile, 'utf8') };
  }

  /** Runs steps, each where its condition says so. @returns the worst outcome, and the context `steps` */
  async #steps(steps: readonly Step[], state: JobState) {
    let status: Status = 'success';
    const known: Record<string, { outcome: string; conclusion: string; outputs: Record<string, string> }> = {};
    for (const [index, step] of steps.entries()) {
      const contexts = { ...state.contexts, steps: known };
      const isRun = runs(step.if, contexts, status);
      const { outcome, outputs } = isRun
        ? await this.#step(step, { ...state, contexts })
        : { outcome: 'skipped', outputs: {} };
      if (outcome === 'failure') status = 'failure';
      if (step.run !== undefined || !isRun) state.result.steps.push(`${step.name ?? step.uses}: ${outcome}`);
      known[step.id ?? `__${index}`] = { outcome, conclusion: outcome, outputs };
    }
    return { status, known };
  }

  async #step(step: Step, state: JobState): Promise<{ outcome: Status; outputs: Record<string, string> }> {
    const given = Object.fromEntries(
      Object.entries(step.with).map(([name, value]) => [name, interpolate(value, state.contexts)]),
    );
    if (step.uses?.startsWith('./')) return this.#composite(step.uses, given, state);
    if (step.uses !== undefined) {
      const [name = ''] = step.uses.split('@');
      const action = this.#options.actions[name];
      if (!action) throw new Error(`the runner has no action ${name}`);
      try {
        Object.assign(state.environment, await action({ inputs: given, subject: state.subject }));
        return { outcome: 'success', outputs: {} };
      } catch (error) {
        state.result.log += `${name}: ${(error as Error).message}\n`;
        return { outcome: 'failure', outputs: {} };
      }
    }
    return this.#commands(step, state);
  }

  async #composite(uses: string, given: Record<string, string>, state: JobState) {
    const actionPath = join(this.#options.projectRoot, uses);
    const { inputs: declared, runs: action, outputs } = read(compositeAction, join(actionPath, 'action.yml'));
    const unknown = Object.keys(given).find((name) => !(name in declared));
    if (unknown) throw new Error(`${uses} has no input ${unknown}`);
    const inputs = Object.fromEntries(
      Object.entries(declared).map(([name, { default: value = '' }]) => {
        return [name, given[name] ?? interpolate(value, state.contexts)];
      }),
    );
    // An action sees neither the variables of the repository nor the steps of the job.
    const { github } = state.contexts;
    const { status, known } = await this.#steps(action.steps, { ...state, actionPath, contexts: { github, inputs } });
    const contexts = { github, inputs, steps: known };
    const values = Object.entries(outputs).map(([name, { value }]) => [name, interpolate(value, contexts)] as const);
    return { outcome: status, outputs: Object.fromEntries(values) };
  }

  /** Runs as GitHub does for `shell: bash`. */
  async #commands({ run = '', env }: Step, { contexts, environment, result, actionPath }: JobState) {
    const { workspace } = result;
    const files = mkdtempSync(join(workspace, '_runner', 'step-'));
    const [script, outputFile] = [join(files, 'script.sh'), join(files, 'output')];
    writeFileSync(script, run);
    writeFileSync(outputFile, '');
    const values = Object.entries(env).map(([name, value]) => [name, interpolate(value, contexts)] as const);
    const variables = {
      ...environment,
      ...Object.fromEntries(values),
      GITHUB_OUTPUT: outputFile,
      ...(actionPath ? { GITHUB_ACTION_PATH: actionPath } : {}),
    };
    const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], {
      cwd: workspace,
      env: variables,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        result.log += text;
      });
    }
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject).on('close', resolve);
    });
    const outcome: Status = code === 0 ? 'success' : 'failure';
    return { outcome, outputs: outputsOf(readFileSync(outputFile, 'utf8')) };
  }
}

/** https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#pull_request */
const DEFAULT_TYPES = ['opened', 'synchronize', 'reopened'];

function isStartedBy(on: Record<string, unknown>, { name, payload }: GithubEvent): boolean {
  if (!(name in on)) return false;
  if (name !== 'pull_request') return true;
  const { types = DEFAULT_TYPES } = (on[name] ?? {}) as { types?: string[] };
  return types.includes(payload.action ?? '');
}

function outputsOf(text: string): Record<string, string> {
  const found = text.matchAll(/^(\S+?)<<(\S+)\n(.*?)\n?\2$/gms);
  return Object.fromEntries([...found].map(([, name = '', , value = '']) => [name, value]));
}
