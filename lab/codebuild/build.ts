import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BuildPhase, BuildPhaseType, StatusType } from '@aws-sdk/client-codebuild';
import type { LabContext } from '../context.ts';
import { LogWriter } from '../logs.ts';
import { configFor } from '../targets.ts';
import { uploadArtifacts } from './artifacts.ts';
import { type Buildspec, COMMAND_PHASES, type CommandPhase, type Phase, PhaseError } from './buildspec.ts';
import { buildEnvironment } from './environment.ts';
import { stateChange } from './events.ts';
import type { Place } from './queue.ts';
import { type BuildRecord, sessionOf } from './record.ts';
import { Shell } from './shell.ts';
import { downloadSource, readBuildspec } from './source.ts';
import { resolveVariables } from './variables.ts';

export interface BuildOptions {
  /** A minute of `timeoutInMinutes` has this length, in milliseconds. */
  minuteMs: number;
  /** A command whose build is stopped or out of time gets this time between SIGTERM and SIGKILL, in milliseconds. */
  stopGraceMs: number;
  /** The machine's tools need these variables; those of the build override them. */
  environment: Record<string, string>;
}

/** The class runs one build, from SUBMITTED to COMPLETED. `record` always has its present phase. */
export class Build {
  readonly record: BuildRecord;
  readonly done: Promise<void>;
  readonly #context: LabContext;
  readonly #options: BuildOptions;
  readonly #place: Place;
  readonly #interrupted = new AbortController();
  readonly #logs: LogWriter | undefined;
  readonly #directory: string;
  /**
   * The folder is not below the lab's directory: Terraform's providers create Unix sockets there, whose paths may have
   * no more than about a hundred characters.
   */
  #temporary = '';
  #shell: Shell | undefined;
  #interruption: { status: 'STOPPED' | 'TIMED_OUT'; ended: Promise<void> } | undefined;

  constructor(context: LabContext, record: BuildRecord, options: BuildOptions, place: Place) {
    this.record = record;
    this.#context = context;
    this.#options = options;
    this.#place = place;
    this.#directory = join(context.directory, 'codebuild', record.id.replace(':', '-'));
    const { groupName: group, streamName: stream } = record.logs ?? {};
    const onError = (error: Error) => context.log(`codebuild ${record.id}: logs: ${error.message}`);
    this.#logs =
      group && stream
        ? new LogWriter({
            client: configFor(context, record.serviceRole, sessionOf(record.id)),
            group,
            stream,
            createGroup: true,
            onError,
          })
        : undefined;
    this.#context.events.emit('event', stateChange(record));
    this.done = this.#run()
      .catch((error: Error) => context.log(`codebuild ${record.id}: ${error.stack}`))
      .finally(() => place.leave());
  }

  /** Resolves when nothing of the build runs any more. The call has no effect on a build that is over. */
  async stop(): Promise<void> {
    if (!this.record.buildComplete) this.#interrupt('STOPPED');
    await this.done;
  }

  #interrupt(status: 'STOPPED' | 'TIMED_OUT'): void {
    this.#interruption ??= { status, ended: this.#shell?.stop(this.#options.stopGraceMs) ?? Promise.resolve() };
    this.#interrupted.abort();
  }

  async #run(): Promise<void> {
    await this.#phase('SUBMITTED', async () => {});
    const waiting = this.#limit(this.record.queuedTimeoutInMinutes ?? 480);
    const queued = await this.#phase('QUEUED', () => this.#place.turn(this.#interrupted.signal));
    clearTimeout(waiting);
    // A build that never had its turn provisions nothing, so there is nothing to finalize.
    if (queued !== 'SUCCEEDED') {
      await this.#logs?.flush();
      return this.#complete(queued);
    }
    const timer = this.#limit(this.record.timeoutInMinutes ?? 60);
    await this.#phase('PROVISIONING', () => this.#provision());
    let buildspec: Buildspec | undefined;
    const status = await this.#phase('DOWNLOAD_SOURCE', async () => {
      buildspec = await this.#download();
    });
    const outcome = buildspec && status === 'SUCCEEDED' ? await this.#commandPhases(buildspec) : status;
    clearTimeout(timer);
    await this.#phase('FINALIZING', () => this.#finalize(buildspec, outcome), true);
    this.#complete(outcome);
  }

  #limit(minutes: number): NodeJS.Timeout {
    return setTimeout(() => this.#interrupt('TIMED_OUT'), minutes * this.#options.minuteMs);
  }

  async #provision(): Promise<void> {
    this.#say('Waiting for agent ping');
    await mkdir(join(this.#directory, 'home'), { recursive: true });
    this.#temporary = await mkdtemp(join(tmpdir(), 'b-'));
  }

  async #download(): Promise<Buildspec> {
    const { source, serviceRole, environment, sourceVersion } = this.record;
    const config = configFor(this.#context, serviceRole, sessionOf(this.record.id));
    const sourceDirectory = join(this.#directory, 'src');
    this.#say('Waiting for DOWNLOAD_SOURCE');
    const resolved = await downloadSource(config, source, sourceVersion, sourceDirectory);
    if (resolved) this.record.resolvedSourceVersion = resolved;
    const buildspec = await readBuildspec(source, sourceDirectory);
    const variables = await resolveVariables(config, buildspec, environment.environmentVariables ?? []);
    this.#shell = new Shell({
      processes: this.#context.processes,
      shell: buildspec.env.shell === 'bash' ? 'bash' : 'sh',
      directory: this.#temporary,
      cwd: sourceDirectory,
      environment: buildEnvironment(this.#context, this.record, this.#directory, {
        TMPDIR: this.#temporary,
        ...this.#options.environment,
        ...variables,
      }),
      onLine: (line) => this.#logs?.write(line),
    });
    await this.#shell.open();
    this.#say(`CODEBUILD_SRC_DIR=${sourceDirectory}`);
    return buildspec;
  }

  async #commandPhases(buildspec: Buildspec): Promise<StatusType> {
    let outcome: StatusType = 'SUCCEEDED';
    for (const name of COMMAND_PHASES) {
      const phase = buildspec.phases[name];
      const status = await this.#phase(phaseType(name), () => this.#commands(phase));
      if (status === 'SUCCEEDED') continue;
      if (outcome === 'SUCCEEDED' || this.#interruption) outcome = status;
      // Without on-failure, a failed BUILD is the only phase after which POST_BUILD still runs.
      const goOn =
        (phase?.onFailure ?? (name === 'build' || name === 'post_build' ? 'CONTINUE' : 'ABORT')) === 'CONTINUE';
      if (this.#interruption || status === 'FAULT' || !goOn) return outcome;
    }
    const uploaded = await this.#phase('UPLOAD_ARTIFACTS', () => this.#upload(buildspec));
    return outcome === 'SUCCEEDED' ? uploaded : outcome;
  }

  async #commands(phase: Phase | undefined): Promise<void> {
    if (!phase) return;
    for (const [runtime, version] of Object.entries(phase.runtimeVersions)) {
      this.#say(`Runtime ${runtime} ${version} is not installed here: the one on PATH is used`);
    }
    let failure: PhaseError | undefined;
    try {
      for (const command of phase.commands) await this.#command(command);
    } catch (error) {
      if (!(error instanceof PhaseError) || this.#interruption) throw error;
      failure = error;
      await this.#shell?.set('CODEBUILD_BUILD_SUCCEEDING', '0');
    }
    for (const command of phase.finally) await this.#command(command);
    if (failure) throw failure;
  }

  async #command(command: string): Promise<void> {
    this.#say(`Running command ${command}`);
    const status = (await this.#shell?.run(command)) ?? 0;
    if (status === 0) return;
    this.#say(`Command did not exit successfully ${command} exit status ${status}`);
    const message = `Error while executing command: ${command}. Reason: exit status ${status}`;
    throw new PhaseError('COMMAND_EXECUTION_ERROR', message);
  }

  async #upload({ artifacts }: Buildspec): Promise<void> {
    const { id, serviceRole, artifacts: to } = this.record;
    const config = configFor(this.#context, serviceRole, sessionOf(id));
    await uploadArtifacts(config, to?.location ?? '', artifacts, join(this.#directory, 'src'));
  }

  async #finalize(buildspec: Buildspec | undefined, outcome: StatusType): Promise<void> {
    const names = buildspec?.env['exported-variables'] ?? [];
    if (this.#shell && !this.#interruption) {
      const values = await this.#shell.get(names);
      this.record.exportedEnvironmentVariables = Object.entries(values).map(([name, value]) => ({ name, value }));
    }
    await this.#shell?.stop(0);
    for (const folder of [this.#directory, this.#temporary]) {
      if (folder) await rm(folder, { recursive: true, force: true });
    }
    this.#say(`Build ${outcome}`);
    await this.#logs?.flush();
  }

  /** @param always also when the build is stopped or out of time */
  async #phase(phaseType: BuildPhaseType, action: () => Promise<void>, always = false): Promise<StatusType> {
    const phase: BuildPhase = { phaseType, startTime: new Date() };
    this.record.phases.push(phase);
    this.record.currentPhase = phaseType;
    this.#say(`Entering phase ${phaseType}`);
    let status: StatusType = 'SUCCEEDED';
    let context = { statusCode: '', message: '' };
    try {
      if (always || !this.#interruption) await action();
    } catch (error) {
      status = error instanceof PhaseError ? 'FAILED' : 'FAULT';
      const statusCode = error instanceof PhaseError ? error.statusCode : 'INTERNAL_ERROR';
      context = { statusCode, message: (error as Error).message };
      if (status === 'FAULT') this.#context.log(`codebuild ${this.record.id}: ${(error as Error).stack}`);
    }
    if (this.#interruption && !always) {
      await this.#interruption.ended;
      status = this.#interruption.status;
      const timedOut = { statusCode: 'BUILD_TIMED_OUT', message: 'Build has timed out. ' };
      context = status === 'TIMED_OUT' ? timedOut : { statusCode: '', message: '' };
    }
    this.#endPhase(phase, status, context);
    return status;
  }

  #endPhase(phase: BuildPhase, status: StatusType, context: { statusCode: string; message: string }): void {
    phase.endTime = new Date();
    phase.phaseStatus = status;
    phase.durationInSeconds = Math.round((phase.endTime.getTime() - (phase.startTime?.getTime() ?? 0)) / 1000);
    phase.contexts = [context];
    this.#say(`Phase complete: ${phase.phaseType} State: ${status}`);
    this.#say(`Phase context status code: ${context.statusCode} Message: ${context.message}`);
  }

  #complete(outcome: StatusType): void {
    this.record.phases.push({ phaseType: 'COMPLETED', startTime: new Date() });
    this.record.currentPhase = 'COMPLETED';
    this.record.buildStatus = outcome;
    this.record.buildComplete = true;
    this.record.endTime = new Date();
    this.#context.events.emit('event', stateChange(this.record));
  }

  #say(message: string): void {
    const time = new Date().toISOString().replace('T', ' ').replaceAll('-', '/').replace('Z', '000');
    this.#logs?.write(`[Container] ${time} ${message}`);
  }
}

function phaseType(name: CommandPhase): BuildPhaseType {
  return name.toUpperCase() as BuildPhaseType;
}
