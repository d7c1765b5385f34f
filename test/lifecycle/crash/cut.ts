import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { expect } from 'vitest';
import type { AwsResponse } from '../../../lab/service.ts';
import { runKeys } from '../../../lambdas/contracts/naming.ts';
import { type Account, outputOf } from '../support.ts';
import { type CrashPoints, killBuild, terraform } from './crash-points.ts';

/** A refused call has this answer. */
const DENIED: AwsResponse = {
  status: 403,
  headers: { 'content-type': 'application/xml' },
  body: '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>on purpose</Message></Error>',
};

/** Runs machines whose builds end at a given call of Terraform, and tears down what they leave. */
export class Cut {
  readonly #account: Account;
  readonly #points: CrashPoints;
  readonly #prefixOf: (environment: string) => string;

  constructor(account: Account, points: CrashPoints, prefixOf: (environment: string) => string) {
    this.#account = account;
    this.#points = points;
    this.#prefixOf = prefixOf;
  }

  /** Returns the path of the environment's bucket for the state, or of an object in it. */
  stateOf(environment: string, key = ''): string {
    return `/${this.#prefixOf(environment)}-tfstate-123456789012${key && `/${key}`}`;
  }

  /** Runs a machine; its build dies as soon as AWS has done what the call asks for, for the `time`th time. */
  async killedAt(
    machine: 'provision' | 'teardown',
    environment: string,
    call: string,
    inBody = '',
    time = 1,
  ): Promise<void> {
    const asks = terraform(call, this.#prefixOf(environment));
    let calls = 0;
    const matches: typeof asks = (request) => {
      if (!asks(request) || !request.body.includes(inBody)) return false;
      calls += 1;
      return calls === time;
    };
    let reached = false;
    const killed = this.#points.at(matches, () => {
      reached = true;
      return killBuild(this.#account.lab.endpoint, environment);
    });
    // The execution may end while the last processes of the build do.
    const { status, error, cause } = await this.#account.run(machine, { environment });
    if (!reached) throw new Error(`ended before ${call}: ${cause}`);
    await killed;
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'States.TaskFailed' });
  }

  /** Starts a provision, and stops its execution while Terraform makes the call. @returns the status of the execution */
  async stoppedAt(environment: string, call: string, marker: string): Promise<string> {
    const { sfn } = this.#account;
    const executionArn = await this.#account.start('provision', { environment });
    const end = this.#account.end(executionArn);
    let stop: Promise<unknown> | undefined;
    const asked = this.#points.at(terraform(call, marker), async () => {
      // The build ends only when Terraform has its answer.
      stop = sfn.send(new StopExecutionCommand({ executionArn, error: 'Test', cause: 'stopped by a test' }));
    });
    await Promise.race([asked, end.then(({ cause }) => Promise.reject(new Error(`ended before ${call}: ${cause}`)))]);
    await stop;
    return (await end).status;
  }

  /** Runs a provision whose calls of this kind AWS refuses. */
  async refusedAt(environment: string, call: string): Promise<void> {
    const admit = this.#points.refuse(terraform(call, this.#prefixOf(environment)), DENIED);
    expect(await this.#account.run('provision', { environment })).toMatchObject({ status: 'FAILED' });
    admit();
  }

  async tornDown(environment: string): Promise<Record<string, unknown>> {
    const end = await this.#account.run('teardown', { environment });
    const { status, error, cause } = end;
    expect({ status, error, cause }).toEqual({ status: 'SUCCEEDED' });
    expect(end.sweep).toMatchObject({ verdict: 'CLEAN', leftovers: [], unknown: [] });
    return outputOf(end);
  }

  /** Returns the types of the unmanaged resources that were removed in a run. */
  async removedIn(environment: string, run: string): Promise<string[]> {
    const { Body } = await new S3Client({ ...this.#account.lab.context.client, forcePathStyle: true }).send(
      new GetObjectCommand({
        Bucket: this.#account.deployment.controlBucket,
        Key: runKeys(environment, run).unmanaged,
      }),
    );
    const report = JSON.parse((await Body?.transformToString()) ?? '{}') as { removed: { type: string }[] };
    return report.removed.map(({ type }) => type);
  }
}
