import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CodeBuildClient } from '@aws-sdk/client-codebuild';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { controlBucketName, machineName, NOTIFICATIONS_TOPIC } from '../../lambdas/contracts/deployed-names.ts';
import { explain, notAnAddress, surroundings } from '../explain.ts';
import { CommandError } from './command-error.ts';

/** The operator's credentials and settings determine an account, or the lab, in the same way as in the AWS CLI. */
export interface OperatorAccount {
  accountId: string;
  region: string;
  /** The value is `aws`, `aws-cn` or `aws-us-gov`. */
  partition: string;
  sfn: SFNClient;
  codebuild: CodeBuildClient;
  logs: CloudWatchLogsClient;
  dynamodb: DynamoDBClient;
  sns: SNSClient;
  kms: KMSClient;
  lambda: LambdaClient;
  s3: S3Client;
  controlBucket: string;
  topicArn: string;
  machineArn(machine: string): string;
}

export interface AccountOptions {
  region?: string;
}

/** @throws {CommandError} with the setting that is missing, when there is no region or there are no credentials */
export async function openAccount({ region: asked }: AccountOptions): Promise<OperatorAccount> {
  const { AWS_ENDPOINT_URL: endpoint, AWS_REGION: set } = process.env;
  if (endpoint && !/^https?:\/\/[^/]/.test(endpoint)) throw new CommandError(notAnAddress(endpoint));
  const sts = new STSClient(asked ? { region: asked } : {});
  const region = await sts.config.region().catch(() => {
    if (set) throw new CommandError(`AWS_REGION "${set}" is not a region`, 'give one such as eu-west-1');
    throw new CommandError('no region', 'give --region, or set AWS_REGION or a profile that has one');
  });
  const { Account: accountId = '', Arn: caller = '' } = await sts
    .send(new GetCallerIdentityCommand({}))
    .catch((error) => {
      throw new CommandError(explain(error, surroundings(process.env, region)));
    });
  const partition = caller.split(':')[1] || 'aws';
  const client = { region };
  return {
    accountId,
    region,
    partition,
    sfn: new SFNClient(client),
    codebuild: new CodeBuildClient(client),
    logs: new CloudWatchLogsClient(client),
    dynamodb: new DynamoDBClient(client),
    sns: new SNSClient(client),
    kms: new KMSClient(client),
    lambda: new LambdaClient(client),
    // A custom endpoint, such as the lab's, has no DNS name for each bucket.
    s3: new S3Client({ ...client, forcePathStyle: Boolean(process.env.AWS_ENDPOINT_URL) }),
    controlBucket: controlBucketName(accountId, region),
    topicArn: `arn:${partition}:sns:${region}:${accountId}:${NOTIFICATIONS_TOPIC}`,
    machineArn: (machine) => `arn:${partition}:states:${region}:${accountId}:stateMachine:${machineName(machine)}`,
  };
}

/** Returns the error for a table, a bucket or a machine that does not exist. */
export function notDeployed(what: string, { accountId, region }: Pick<OperatorAccount, 'accountId' | 'region'>) {
  return new CommandError(
    `there is no ${what} in account ${accountId}, ${region}`,
    'deploy with "npx cdk deploy", or choose another --region or AWS_PROFILE',
  );
}
