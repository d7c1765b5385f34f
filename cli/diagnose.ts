import { BatchGetProjectsCommand } from '@aws-sdk/client-codebuild';
import { DescribeTableCommand, ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { DescribeStateMachineCommand, StateMachineDoesNotExist } from '@aws-sdk/client-sfn';
import {
  paginateListSubscriptionsByTopic,
  SNSClient,
  NotFoundException as SnsNotFoundException,
} from '@aws-sdk/client-sns';
import { BUILD_PLATFORMS, type BuildPlatform } from '../lambdas/contracts/build-quota.ts';
import { counted } from '../lambdas/contracts/counted.ts';
import { ENVIRONMENTS_TABLE, IMAGES_PROJECT, TERRAFORM_PROJECT } from '../lambdas/contracts/deployed-names.ts';
import { MACHINES } from '../lambdas/contracts/record.ts';
import { type AccountOptions, type OperatorAccount, openAccount } from './commands/account.ts';
import { CommandError } from './commands/command-error.ts';
import { listRecords } from './commands/records.ts';
import { quotaDiagnoses } from './quotas.ts';

export interface Diagnosis {
  name: string;
  /** `failed` prevents the runbook from working. `unknown` could not be read, and is never `ok`. */
  status: 'ok' | 'warning' | 'unknown' | 'failed';
  /** The text says what was found, or what is missing. */
  detail: string;
  /** The text says what to do about it. */
  fix?: string;
}

export const MARKS: Record<Diagnosis['status'], string> = { ok: '✓', warning: '!', unknown: '?', failed: '✗' };

const DEPLOY = 'npx cdk bootstrap && npx cdk deploy';

/**
 * Checks everything that a command of this CLI needs in AWS. The function changes nothing.
 * @param configured the platforms of the builds by the configuration, which is all that is known before the first
 * deployment
 */
export async function diagnose(
  options: AccountOptions,
  configured: readonly BuildPlatform[] = ['ARM_CONTAINER'],
): Promise<Diagnosis[]> {
  let account: OperatorAccount;
  try {
    account = await openAccount(options);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const { problem: detail, fix } = error;
    return [{ name: 'credentials', status: 'failed', detail, ...(fix ? { fix } : {}) }];
  }
  const { accountId, region } = account;
  const endpoint = process.env.AWS_ENDPOINT_URL ? `, at ${process.env.AWS_ENDPOINT_URL}` : '';
  const [found, quotas] = await Promise.all([
    Promise.all(deployed(account)),
    Promise.all([livingIn(account), platformsOf(account, configured)]).then(([environments, platforms]) =>
      quotaDiagnoses(region, environments, platforms),
    ),
  ]);
  const credentials: Diagnosis = {
    name: 'credentials',
    status: 'ok',
    detail: `account ${accountId}, ${region}${endpoint}`,
  };
  return [credentials, ...found, ...quotas];
}

/**
 * Returns the number of live environments. It is 0 before the first deployment, and when records cannot be read, which
 * is another diagnosis.
 */
async function livingIn(account: OperatorAccount): Promise<number> {
  const records = await listRecords(account).catch(() => []);
  return records.filter(({ status }) => status !== 'GONE').length;
}

/** Returns the platforms of the deployed build projects, or those of the configuration where none is deployed. */
export async function platformsOf(
  { codebuild }: { codebuild: Pick<OperatorAccount['codebuild'], 'send'> },
  configured: readonly BuildPlatform[],
): Promise<readonly BuildPlatform[]> {
  const names = [TERRAFORM_PROJECT, IMAGES_PROJECT];
  const { projects = [] } = await codebuild
    .send(new BatchGetProjectsCommand({ names }))
    .catch(() => ({ projects: [] }));
  const types = new Set<string | undefined>(projects.map(({ environment }) => environment?.type));
  return types.size > 0 ? BUILD_PLATFORMS.filter((platform) => types.has(platform)) : configured;
}

function deployed(account: OperatorAccount): Promise<Diagnosis>[] {
  return [
    ...MACHINES.map((machine) => look(`machine ${machine}`, () => machineOf(account, machine))),
    look('environment records', () => tableOf(account)),
    look('control bucket', async () => {
      await account.s3.send(new HeadBucketCommand({ Bucket: account.controlBucket }));
      return account.controlBucket;
    }),
    look('notifications', () => listenersOf(account)),
  ];
}

async function machineOf({ sfn, machineArn }: OperatorAccount, machine: string): Promise<string> {
  const arn = machineArn(machine);
  const { status } = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn: arn }));
  if (status !== 'ACTIVE') throw new Error(`${arn} is ${status}`);
  return arn;
}

async function tableOf({ dynamodb }: OperatorAccount): Promise<string> {
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: ENVIRONMENTS_TABLE }));
  if (Table?.TableStatus !== 'ACTIVE') throw new Error(`table ${ENVIRONMENTS_TABLE} is ${Table?.TableStatus}`);
  return `table ${ENVIRONMENTS_TABLE}`;
}

/** Checks the subscriptions. Nothing fails without them, but nobody is notified of failures. */
async function listenersOf({ region, topicArn }: OperatorAccount): Promise<string | Finding> {
  const pages = paginateListSubscriptionsByTopic({ client: new SNSClient({ region }) }, { TopicArn: topicArn });
  const arns: string[] = [];
  for await (const { Subscriptions = [] } of pages) arns.push(...Subscriptions.map((one) => one.SubscriptionArn ?? ''));
  const confirmed = arns.filter((arn) => arn.startsWith('arn:')).length;
  if (confirmed > 0) return `${counted(confirmed, 'confirmed subscription')} of ${topicArn}`;
  if (arns.length > 0) {
    const fix = 'follow the link in the mail that AWS sent to the address';
    return { status: 'warning', detail: `no subscription of ${topicArn} is confirmed`, fix };
  }
  const fix = `notifications: { email: '…' } in runbook.config.ts, or aws sns subscribe --topic-arn ${topicArn} --protocol email --notification-endpoint …`;
  return { status: 'warning', detail: `nobody is subscribed to ${topicArn}`, fix };
}

type Finding = Omit<Diagnosis, 'name'>;

async function look(name: string, find: () => Promise<string | Finding>): Promise<Diagnosis> {
  try {
    const found = await find();
    return typeof found === 'string' ? { name, status: 'ok', detail: found } : { name, ...found };
  } catch (error) {
    return isMissing(error)
      ? { name, status: 'failed', detail: 'not there', fix: DEPLOY }
      : { name, status: 'failed', detail: messageOf(error), fix: 'see what the role that you use may do' };
  }
}

function isMissing(error: unknown): boolean {
  if (error instanceof StateMachineDoesNotExist || error instanceof ResourceNotFoundException) return true;
  if (error instanceof SnsNotFoundException) return true;
  return error instanceof Error && error.name === 'NotFound';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
