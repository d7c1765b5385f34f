import { DescribeTableCommand, ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { DescribeStateMachineCommand, StateMachineDoesNotExist } from '@aws-sdk/client-sfn';
import { ENVIRONMENTS_TABLE } from '../../lambdas/shared/deployed-names.ts';
import { MACHINES } from '../../lambdas/shared/record.ts';
import { type AccountOptions, type OperatorAccount, openAccount } from './account.ts';
import { CommandError } from './command-error.ts';

export interface Diagnosis {
  name: string;
  ok: boolean;
  /** What was found, or what lacks. */
  detail: string;
  /** What to do about it. */
  fix?: string;
}

const DEPLOY = 'npx cdk bootstrap && npx cdk deploy';

/** Looks at everything that a command of this CLI needs of AWS. Changes nothing. */
export async function diagnose(options: AccountOptions): Promise<Diagnosis[]> {
  let account: OperatorAccount;
  try {
    account = await openAccount(options);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const { problem: detail, fix } = error;
    return [{ name: 'credentials', ok: false, detail, ...(fix ? { fix } : {}) }];
  }
  const { accountId, region, controlBucket } = account;
  const endpoint = process.env.AWS_ENDPOINT_URL ? `, at ${process.env.AWS_ENDPOINT_URL}` : '';
  const found = await Promise.all([
    ...MACHINES.map((machine) => look(`machine ${machine}`, () => machineOf(account, machine))),
    look('environment records', () => tableOf(account)),
    look('control bucket', async () => {
      await account.s3.send(new HeadBucketCommand({ Bucket: controlBucket }));
      return controlBucket;
    }),
  ]);
  return [{ name: 'credentials', ok: true, detail: `account ${accountId}, ${region}${endpoint}` }, ...found];
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

async function look(name: string, find: () => Promise<string>): Promise<Diagnosis> {
  try {
    return { name, ok: true, detail: await find() };
  } catch (error) {
    return isMissing(error)
      ? { name, ok: false, detail: 'not there', fix: DEPLOY }
      : { name, ok: false, detail: messageOf(error), fix: 'see what the role that you use may do' };
  }
}

function isMissing(error: unknown): boolean {
  if (error instanceof StateMachineDoesNotExist || error instanceof ResourceNotFoundException) return true;
  return error instanceof Error && error.name === 'NotFound';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
