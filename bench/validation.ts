import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { type LabService, pythonWithMoto } from '../lab/index.ts';
import type { Account } from '../test/lifecycle/support.ts';
import { type BenchContext, median, type Row, timed } from './bench.ts';

/** Every call of a service that a validation reads takes this much longer, whatever the caller. */
export class Latency implements LabService {
  readonly services = ['dynamodb', 'ecr', 'ecs', 'elasticloadbalancing', 'logs', 's3', 'sqs', 'sts'];
  ms = 0;

  async handle(): Promise<undefined> {
    if (this.ms > 0) await delay(this.ms);
  }
}

/**
 * Measures all checks of §3 to §5 under added API latency, by the product and by scripts that a person would write from
 * the runbook.
 */
export async function validationTimes(
  account: Account,
  latency: Latency,
  environment: string,
  commit: string,
  { quick, say }: BenchContext,
): Promise<Row[]> {
  const { endpoint, environment: variables, context } = account.lab;
  const env = { ...process.env, ...variables, COMMIT: commit, http_proxy: endpoint, no_proxy: '127.0.0.1' };
  const peer = (name: string) => join(import.meta.dirname, 'baselines', name);
  const run = (command: string, ...args: string[]) => timed(() => promisify(execFile)(command, args, { env }));
  const python = await pythonWithMoto(context.projectRoot);
  const rows: Row[] = [];
  for (const ms of quick ? [0] : [0, 50, 200]) {
    latency.ms = ms;
    const ours: { seconds: number; slowest: number }[] = [];
    for (let repetition = 0; repetition < (quick ? 1 : 3); repetition++)
      ours.push(await validate(account, environment));
    const value = median(ours.map(({ seconds }) => seconds));
    const slowest = ours.find(({ seconds }) => seconds === value)?.slowest ?? Number.NaN;
    const sequential = (await run('bash', peer('runbook.sh'), environment)).ms / 1_000;
    const parallel = (await run('bash', peer('runbook.sh'), environment, 'parallel')).ms / 1_000;
    const threads = (await run(python, peer('runbook.py'), environment)).ms / 1_000;
    say(
      `+${ms} ms: ${value.toFixed(1)} s; script ${sequential.toFixed(1)} s, with & ${parallel.toFixed(1)} s, boto3 ${threads.toFixed(1)} s`,
    );
    const row = (name: string, theirs: number, times?: number): Row => ({
      what: `validation, APIs ${ms} ms slower`,
      ...{ value, unit: 's', against: { name, value: theirs } },
      ...(times ? { aim: `≥ ${times} × less`, met: theirs >= times * value } : {}),
    });
    rows.push(
      row('script, one by one', sequential, 10),
      row('script with &', parallel, 5),
      row('boto3, threads', threads),
      {
        ...{ what: `validation, APIs ${ms} ms slower: to its slowest check`, value: value / slowest, unit: '×' },
        ...{ aim: '≤ 1.2 ×', met: value <= 1.2 * slowest },
      },
    );
  }
  latency.ms = 0;
  return rows;
}

/** Returns seconds: of the whole execution, and of its slowest check with all its attempts. */
async function validate(account: Account, environment: string): Promise<{ seconds: number; slowest: number }> {
  const executionArn = await account.start('validate', { environment, orders: 1 });
  const durations = new Map<string, number>();
  for await (const { state, status, durationMs } of account.events(executionArn)) {
    if (state && status === 'succeeded' && durationMs) durations.set(state.name, durationMs);
  }
  const { status, cause, startDate, stopDate } = await account.sfn.send(new DescribeExecutionCommand({ executionArn }));
  if (status !== 'SUCCEEDED') throw new Error(`the validation ended as ${status}: ${cause}`);
  const checks = [...durations].filter(([name]) => /^(Check (?!request)|Place )/.test(name)).map(([, ms]) => ms);
  return {
    seconds: ((stopDate?.getTime() ?? 0) - (startDate?.getTime() ?? 0)) / 1_000,
    slowest: Math.max(...checks) / 1_000,
  };
}
