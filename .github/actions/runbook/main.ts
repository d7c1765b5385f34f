import { appendFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { keptValidation } from '../../../lambdas/contracts/board.ts';
import { Github } from './github.ts';
import { outputLines } from './output.ts';
import { COMMANDS, type Ports, type Settings } from './pull-request.ts';

/** The program runs one step of the action: `main.ts provision|deploy|report|teardown|label|closed`. */

const FUNCTION = 'runbook-pull-request';
const POLL_MS = Number(process.env.POLL_SECONDS ?? 10) * 1_000;

const text = z.string().min(1);
const variables = z.object({
  GITHUB_TOKEN: text,
  GITHUB_REPOSITORY: z.string().regex(/^[\w.-]+\/[\w.-]+$/),
  GITHUB_API_URL: z.url().default('https://api.github.com'),
  GITHUB_OUTPUT: text,
  GITHUB_STEP_SUMMARY: text,
  NUMBER: z.coerce.number().int().nonnegative().default(0),
  COMMIT: z.string().default(''),
  ATTEMPT: text,
  TTL_HOURS: z.coerce.number().int().default(24),
  RUN_URL: z.string().default(''),
  ERROR: z.string().optional(),
  LABEL: z.string().optional(),
  PROVISIONED: z.string().default(''),
  LABELED: z.string().default(''),
  JUNIT_FILE: z.string().default('runbook-junit.xml'),
});

const command = z.enum(Object.keys(COMMANDS) as (keyof typeof COMMANDS)[]).parse(process.argv[2]);
const env = variables.parse(process.env);
const region = text.parse(process.env.AWS_REGION);
const [lambda, sfn] = [new LambdaClient({ region }), new SFNClient({ region })];
const s3 = new S3Client({ region, forcePathStyle: Boolean(process.env.AWS_ENDPOINT_URL) });
const output = (name: string, value: string) => appendFileSync(env.GITHUB_OUTPUT, outputLines(name, value));

const ports: Ports = {
  github: new Github({ url: env.GITHUB_API_URL, repository: env.GITHUB_REPOSITORY, token: env.GITHUB_TOKEN }),
  async ask(event) {
    const { Payload, FunctionError } = await lambda.send(
      new InvokeCommand({ FunctionName: FUNCTION, Payload: JSON.stringify(event) }),
    );
    const answer: unknown = JSON.parse(Payload?.transformToString() ?? 'null');
    if (!FunctionError) return answer;
    throw new Error(z.object({ errorMessage: z.string() }).safeParse(answer).data?.errorMessage ?? FunctionError);
  },
  async follow(executionArn) {
    for (;;) {
      const { status = 'UNKNOWN', error, cause } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
      if (status !== 'RUNNING') return { status, error, cause };
      await sleep(POLL_MS);
    }
  },
  async readChecks({ bucket, key }) {
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return keptValidation.parse(JSON.parse((await Body?.transformToString()) ?? '')).checks;
    } catch (error) {
      console.log(`s3://${bucket}/${key} could not be read: ${error instanceof Error ? error.message : error}`);
      return undefined;
    }
  },
  say: (line) => console.log(line),
  output,
  summary: (markdown) => appendFileSync(env.GITHUB_STEP_SUMMARY, markdown),
  junit: (xml) => writeFileSync(env.JUNIT_FILE, xml),
  now: Date.now,
};
const settings: Settings = {
  ...{ number: env.NUMBER, commit: env.COMMIT, attempt: env.ATTEMPT, ttlHours: env.TTL_HOURS, runUrl: env.RUN_URL },
  ...{ error: env.ERROR || undefined, label: env.LABEL || undefined, labeled: env.LABELED === 'labeled' },
  provisioned: env.PROVISIONED === 'true',
};
try {
  await COMMANDS[command](settings, ports);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  output('error', message);
  console.log(`ERROR: ${message}`);
  process.exitCode = 1;
}
