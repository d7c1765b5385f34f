import { PassThrough, Writable } from 'node:stream';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CodeBuildClient } from '@aws-sdk/client-codebuild';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import type { Cli } from '../../../../cli/cli.ts';
import type { OperatorAccount } from '../../../../cli/commands/account.ts';
import { run } from '../../../../cli/run.ts';

export const NOW = Date.parse('2026-01-31T13:30:00Z');

/** Returns an account whose clients answer by the name of each command. They refuse a command without an answer. */
export function anAccount(answers: Record<string, (input: never) => unknown> = {}): OperatorAccount {
  const send = async (command: { input: never }) => {
    const name = command.constructor.name.replace(/Command$/, '');
    const answer = answers[name];
    if (!answer) throw new Error(`nobody answers ${name}`);
    return answer(command.input);
  };
  // Paginators accept only instances of the real clients.
  const fake = <C extends object>(client: C): C => Object.assign(client, { send });
  const region = 'eu-west-1';
  return {
    accountId: '123456789012',
    region,
    partition: 'aws',
    controlBucket: 'runbook-control-123456789012-eu-west-1',
    topicArn: 'arn:aws:sns:eu-west-1:123456789012:runbook-notifications',
    machineArn: (machine: string) => `arn:aws:states:eu-west-1:123456789012:stateMachine:runbook-${machine}`,
    sfn: fake(new SFNClient({ region })),
    dynamodb: fake(new DynamoDBClient({ region })),
    kms: fake(new KMSClient({ region })),
    lambda: fake(new LambdaClient({ region })),
    sns: fake(new SNSClient({ region })),
    s3: fake(new S3Client({ region })),
    codebuild: fake(new CodeBuildClient({ region })),
    logs: fake(new CloudWatchLogsClient({ region })),
  };
}

export interface Ran {
  code: number;
  out: string;
  err: string;
  /** The command opened these addresses in a browser. */
  shown: string[];
  /** The command loaded these files of variables. */
  loaded: string[];
}

export interface Given {
  account?: OperatorAccount | Error;
  environment?: NodeJS.ProcessEnv;
  /** A person types this text. Without it, the terminal is not interactive. */
  typed?: string;
  signal?: AbortSignal;
  now?: number | (() => number);
}

/** Runs one command line in this process. */
export async function runCli(args: readonly string[], given: Given = {}): Promise<Ran> {
  const { account = anAccount(), environment = {}, typed, signal = new AbortController().signal, now = NOW } = given;
  const written = { out: '', err: '' };
  const into = (name: 'out' | 'err') =>
    new Writable({
      write(chunk, _, done) {
        written[name] += String(chunk);
        done();
      },
    });
  const input = Object.assign(new PassThrough(), typed === undefined ? {} : { isTTY: true });
  if (typed !== undefined) input.write(typed);
  const ran: Ran = { code: 0, out: '', err: '', shown: [], loaded: [] };
  const err = into('err');
  const cli: Cli = {
    out: into('out'),
    err,
    terminal: { input, output: err },
    signal,
    endpoint: environment.AWS_ENDPOINT_URL,
    region: environment.AWS_REGION,
    version: '1.2.3',
    installed: false,
    loadEnvironment: (file) => ran.loaded.push(file),
    now: typeof now === 'number' ? () => now : now,
    sleep: () => new Promise((resume) => setTimeout(resume, 1)),
    open: async () => {
      if (account instanceof Error) throw account;
      return account;
    },
    exit: (code) => {
      ran.code = code;
    },
    findTools: async () => ({ tools: [], text: '' }),
    show: (address) => ran.shown.push(address),
  };
  await run(args, cli, environment);
  return { ...ran, ...written };
}
