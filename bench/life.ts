import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { type Build, CodeBuildClient } from '@aws-sdk/client-codebuild';
import { labServices } from '../lab/index.ts';
import { HANDLER_NAMES } from '../lambdas/contracts/functions.ts';
import { Account } from '../test/lifecycle/support.ts';
import { bareTerraform } from './bare-terraform.ts';
import { atMost, type Bench, type BenchContext, type Row } from './bench.ts';
import { buildMinutes, lambdaUse, orchestrationCost, PRICES } from './cost.ts';
import { buildSeconds, covered, type ExecutionCost, readExecution } from './history.ts';
import { pollingTransitions } from './polling.ts';
import { Latency, validationTimes } from './validation.ts';

const ENVIRONMENT = 'bench';

export const life: Bench = {
  name: 'life',
  title: 'A whole life in the lab, against bare Terraform, scripts of the runbook, and a polling loop',
  async run(context) {
    const latency = new Latency();
    // The service is first in the list, so that it also delays calls that the lab's own services answer.
    const account = await Account.open({ services: [() => latency, ...labServices] });
    try {
      return await measure(account, latency, context);
    } finally {
      await account.close();
    }
  },
};

async function measure(account: Account, latency: Latency, context: BenchContext): Promise<Row[]> {
  const codebuild = new CodeBuildClient(account.lab.context.client);
  const startedAt = Date.now();
  const execute = async (machine: 'provision' | 'teardown'): Promise<ExecutionCost> => {
    const arn = await account.start(machine, { environment: ENVIRONMENT });
    const end = await account.end(arn);
    if (end.status !== 'SUCCEEDED') throw new Error(`${machine} ended as ${end.status}: ${end.cause}`);
    const cost = await readExecution(account.sfn, codebuild, arn);
    context.say(`${machine}: ${(cost.wallMs / 1_000).toFixed(1)} s, ${cost.transitions} transitions`);
    return cost;
  };
  const provision = await execute('provision');
  const record = await account.record(ENVIRONMENT);
  const lambdas = [await used(account, startedAt)];
  const validation = await validationTimes(account, latency, ENVIRONMENT, record.commit ?? '', context);
  const images = imagesOf(provision.builds);
  const bare = await bareTerraform(account.lab, 'bare', images);
  context.say(`bare terraform: apply ${seconds(bare.applyMs)}, destroy ${seconds(bare.destroyMs)}`);
  const tornDownAt = Date.now();
  const teardown = await execute('teardown');
  lambdas.push(await used(account, tornDownAt));

  const use = {
    requests: lambdas.reduce((sum, { requests }) => sum + requests, 0),
    gbSeconds: lambdas.reduce((sum, { gbSeconds }) => sum + gbSeconds, 0),
  };
  return [
    ...validation,
    ...overhead([provision, teardown], bare),
    ...(await transitionsAndCost(account, [provision, teardown], use)),
  ];
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
const used = (account: Account, since: number) =>
  lambdaUse(
    new CloudWatchLogsClient(account.lab.context.client),
    HANDLER_NAMES.map((name) => `runbook-${name}`),
    since,
  );
const transitionsOf = (executions: readonly ExecutionCost[]) =>
  executions.reduce((sum, { transitions }) => sum + transitions, 0);

function overhead(executions: readonly ExecutionCost[], bare: { applyMs: number; destroyMs: number }): Row[] {
  const lifeMs = executions.reduce((sum, { wallMs }) => sum + wallMs, 0);
  const idle = executions.reduce((sum, { wallMs, work }) => sum + wallMs - covered(work), 0);
  const bareMs = bare.applyMs + bare.destroyMs;
  const whole = { what: 'a whole life', unit: 's', value: lifeMs / 1_000 };
  return [
    {
      ...whole,
      against: { name: 'bare terraform apply and destroy', value: bareMs / 1_000 },
      aim: '≤ 1.25 × as long',
      met: lifeMs <= 1.25 * bareMs,
      note: 'the life also builds images, validates, empties the backend and sweeps twice with 15 s in between',
    },
    atMost(10, {
      what: 'a whole life: time in which no build and no Lambda was at work, and no wait was declared',
      unit: 's',
      value: idle / 1_000,
    }),
    atMost(50, { what: 'the same, a state', unit: 'ms', value: idle / transitionsOf(executions) }),
  ];
}

async function transitionsAndCost(
  account: Account,
  executions: readonly ExecutionCost[],
  use: { requests: number; gbSeconds: number },
): Promise<Row[]> {
  const builds = executions.flatMap((one) => one.builds);
  const durations = builds.map(buildSeconds);
  const polled = await pollingTransitions(account.sfn, durations);
  // On AWS, RDS alone takes about ten minutes to create and five to delete.
  const slower = await pollingTransitions(
    account.sfn,
    durations.map((one) => one + 300),
  );
  const own = transitionsOf(executions);
  const minutes = buildMinutes(durations);
  return [
    atMost(60, { what: 'state transitions of a whole life', unit: '', value: own }),
    {
      what: `to wait for its ${builds.length} builds`,
      unit: '',
      value: builds.length,
      against: { name: 'polling every 30 s', value: polled },
    },
    {
      ...{ what: 'the same, each 5 minutes longer', unit: '', value: builds.length },
      ...{ against: { name: 'polling every 30 s', value: slower } },
      note: 'a .sync task is one transition, however long it waits: the aim is to be flat',
    },
    {
      ...atMost(0.002, { what: 'Step Functions and Lambda, a life', unit: '$', value: orchestrationCost(own, use) }),
      against: { name: 'polling', value: orchestrationCost(own - builds.length + slower, use) },
      note: `${own} transitions, ${use.requests} invocations, ${use.gbSeconds.toFixed(1)} GB-seconds`,
    },
    {
      what: 'CodeBuild, a life',
      unit: '$',
      value: minutes * PRICES.buildMinute,
      note: `${minutes} begun minutes in the lab; on AWS the waits for RDS are longer`,
    },
  ];
}

function imagesOf(builds: readonly Build[]): { api: string; worker: string } {
  const exported = new Map(
    builds.flatMap(({ exportedEnvironmentVariables = [] }) =>
      exportedEnvironmentVariables.map(({ name, value }) => [name, value] as const),
    ),
  );
  return { api: exported.get('API_IMAGE') ?? '', worker: exported.get('WORKER_IMAGE') ?? '' };
}
