import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { type Answer, answer, openQuestion } from '../../cli/commands/approve.ts';
import { CommandError } from '../../cli/commands/command-error.ts';
import { follow } from '../../cli/follow.ts';
import type { ExecutionEnd, TimelineEvent } from '../../cli/timeline-event.ts';
import { watch } from '../../cli/watch.ts';
import { type Deployment, type DeployOptions, deployRunbook, type Machine } from '../../demo/deploy.ts';
import { awsEnvironment } from '../../lab/credentials.ts';
import type { Lab } from '../../lab/lab.ts';
import { startLab } from '../../lab/lab.ts';
import type { LabServiceFactory } from '../../lab/service.ts';
import { servicesWithIam } from '../../lab/services.ts';
import { executionEnd } from '../../lab/test/support/execution-end.ts';
import { type EnvironmentRecord, environmentRecord } from '../../lambdas/contracts/record.ts';
import { Registry } from './registry.ts';

/** An account is a lab with the product deployed on it, in which roles may do what their policies allow. */
export class Account {
  readonly lab: Lab;
  readonly registry: Registry;
  readonly deployment: Deployment;
  readonly sfn: SFNClient;

  private constructor(lab: Lab, deployment: Deployment) {
    this.lab = lab;
    this.registry = new Registry(lab.context);
    this.deployment = deployment;
    this.sfn = new SFNClient(lab.context.client);
  }

  /** @param config file to deploy with instead of the product's own */
  static async open(options: { services?: readonly LabServiceFactory[] } & DeployOptions = {}): Promise<Account> {
    const { services = servicesWithIam, ...deployment } = options;
    const lab = await startLab({ services });
    try {
      return new Account(lab, await deployRunbook(lab.context, deployment));
    } catch (error) {
      await lab.stop();
      throw error;
    }
  }

  async start(machine: Machine, input: Record<string, unknown>): Promise<string> {
    const { executionArn = '' } = await this.sfn.send(
      new StartExecutionCommand({ stateMachineArn: this.deployment.machines[machine], input: JSON.stringify(input) }),
    );
    return executionArn;
  }

  /** Answers for the plan of a provision, as soon as it waits for that. @returns the question */
  async answer(environment: string, said: Answer): Promise<string> {
    const isNotYet = (error: unknown) => error instanceof CommandError;
    for (const until = Date.now() + 600_000; ; await delay(1_000)) {
      try {
        const question = await openQuestion(this, await this.record(environment));
        await answer(this, question, said);
        return question.message;
      } catch (error) {
        if (!isNotYet(error) || Date.now() > until) throw error;
      }
    }
  }

  /** Starts an execution and waits for its end. */
  async run(machine: Machine, input: Record<string, unknown>): Promise<ExecutionEnd> {
    return this.end(await this.start(machine, input));
  }

  /** Returns the end of the execution, with the results of the executions that it waited for. */
  async end(executionArn: string): Promise<ExecutionEnd> {
    await executionEnd(this.lab.context, executionArn, async () => (await this.status(executionArn)) === 'RUNNING');
    const end = await watch(this.sfn, executionArn, process.stdout, { intervalMs: 250, quiet: true });
    if (!end) throw new Error(`the history of ${executionArn} ended without an end`);
    return end;
  }

  events(executionArn: string): AsyncGenerator<TimelineEvent, void> {
    return follow(this.sfn, executionArn, { intervalMs: 250 });
  }

  async status(executionArn: string): Promise<string> {
    const { status = '' } = await this.sfn.send(new DescribeExecutionCommand({ executionArn }));
    return status;
  }

  /** Deploys a commit as the GitHub workflow does, which pushed its images before. */
  async pushed(roleArn: string, variables: { ENVIRONMENT: string; COMMIT: string; ATTEMPT: string }) {
    const { endpoint, region, credentials, projectRoot } = this.lab.context;
    const env = { ...process.env, ...awsEnvironment(endpoint, region, credentials.issue(roleArn)), ...variables };
    const script = join(projectRoot, '.github/scripts/deploy.sh');
    const { stdout: said } = await promisify(execFile)('bash', [script], { env });
    return { said, execution: said.split('\n')[0] ?? '' };
  }

  /** Runs the command line with `--json`. @returns its exit code, and what it printed */
  async cli(...args: string[]): Promise<{ code: number; said: unknown; complaint: string }> {
    const { endpoint, region, projectRoot } = this.lab.context;
    const env = { ...process.env, ...awsEnvironment(endpoint, region, 'operator') };
    const child = [join(projectRoot, 'bin/runbook.js'), ...args];
    return new Promise((done) => {
      execFile(process.execPath, child, { env }, (error, stdout, stderr) => {
        const code = typeof error?.code === 'number' ? error.code : Number(error !== null);
        done({ code, said: stdout ? JSON.parse(stdout) : undefined, complaint: stderr });
      });
    });
  }

  async record(environment: string): Promise<EnvironmentRecord> {
    const client = new DynamoDBClient(this.lab.context.client);
    const { Item = {} } = await client.send(
      new GetItemCommand({ TableName: 'runbook-environments', Key: { environment: { S: environment } } }),
    );
    return environmentRecord.parse(unmarshall(Item));
  }

  /**
   * @param onPurpose the denials that a test causes on purpose
   * @throws when a role was denied anything else that its policies do not grant
   */
  async close(onPurpose?: RegExp): Promise<void> {
    this.sfn.destroy();
    const denied = this.lab.context.permissionUsage
      .entries()
      .flatMap((entry) => entry.denied.map((one) => `${entry.role} was denied ${one}`))
      .filter((one) => !onPurpose?.test(one));
    await this.lab.stop();
    if (denied.length > 0) throw new Error(denied.join('\n'));
  }
}

/** Returns the message of the Lambda error that ended the execution. */
export function messageOf(end: ExecutionEnd): string {
  return String((JSON.parse(end.cause ?? '{}') as { errorMessage?: string }).errorMessage);
}

export function outputOf(end: ExecutionEnd): Record<string, unknown> {
  return JSON.parse(end.output ?? '{}') as Record<string, unknown>;
}
