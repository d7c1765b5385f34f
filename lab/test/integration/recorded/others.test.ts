import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as events from '@aws-sdk/client-eventbridge';
import * as kms from '@aws-sdk/client-kms';
import * as secrets from '@aws-sdk/client-secrets-manager';
import { beforeAll, describe, expect, test } from 'vitest';
import { useLab } from '../../support/use-lab.ts';
import { refusalOf, refuses } from './refusals.ts';

const lab = useLab();
let aws: ReturnType<typeof clients>;

const clients = ({ client }: typeof lab.context) => ({
  logs: new logs.CloudWatchLogsClient(client),
  kms: new kms.KMSClient(client),
  events: new events.EventBridgeClient(client),
  secrets: new secrets.SecretsManagerClient(client),
  dynamodb: new dynamodb.DynamoDBClient(client),
});

beforeAll(() => {
  aws = clients(lab.context);
});

describe('what else the functions call', () => {
  const notLogged = {
    name: 'ResourceNotFoundException',
    message: 'The specified log group does not exist.',
    status: 400,
  };
  refuses([
    {
      recorded: 'test_resource_does_not_exist',
      call: () => aws.logs.send(new logs.FilterLogEventsCommand({ logGroupName: 'no-such-group' })),
      ...notLogged,
    },
    {
      recorded: 'test_resource_does_not_exist',
      call: () =>
        aws.logs.send(new logs.GetLogEventsCommand({ logGroupName: 'no-such-group', logStreamName: 'no-such-stream' })),
      ...notLogged,
    },
    {
      recorded: 'test_create_log_group_duplicate_error',
      call: async () => {
        await aws.logs.send(new logs.CreateLogGroupCommand({ logGroupName: 'twice' }));
        return aws.logs.send(new logs.CreateLogGroupCommand({ logGroupName: 'twice' }));
      },
      ...{ name: 'ResourceAlreadyExistsException', message: 'The specified log group already exists', status: 400 },
    },
    {
      recorded: 'test_secret_not_found',
      call: () => aws.secrets.send(new secrets.GetSecretValueCommand({ SecretId: 'no-such-secret' })),
      ...{ name: 'ResourceNotFoundException', status: 400 },
      message: "Secrets Manager can't find the specified secret.",
    },
    {
      recorded: 'test_secret_exists_snapshots',
      call: async () => {
        await aws.secrets.send(new secrets.CreateSecretCommand({ Name: 'twice', SecretString: 'a' }));
        return aws.secrets.send(new secrets.CreateSecretCommand({ Name: 'twice', SecretString: 'a' }));
      },
      ...{ name: 'ResourceExistsException', status: 400 },
      message: 'The operation failed because the secret twice already exists.',
    },
    {
      recorded: 'test_exp_raised_on_creation_of_secret_scheduled_for_deletion',
      call: async () => {
        await aws.secrets.send(new secrets.CreateSecretCommand({ Name: 'leaving', SecretString: 'a' }));
        await aws.secrets.send(new secrets.DeleteSecretCommand({ SecretId: 'leaving' }));
        return aws.secrets.send(new secrets.CreateSecretCommand({ Name: 'leaving', SecretString: 'a' }));
      },
      ...{ name: 'InvalidRequestException', status: 400 },
      message: "You can't create this secret because a secret with this name is already scheduled for deletion.",
    },
    {
      recorded: 'test_table_crud',
      call: () => aws.dynamodb.send(new dynamodb.DeleteTableCommand({ TableName: 'non-existent' })),
      ...{ name: 'ResourceNotFoundException', status: 400 },
      message: 'Requested resource not found: Table: non-existent not found',
    },
    {
      recorded: 'test_get_key_invalid_uuid',
      call: () => aws.kms.send(new kms.DescribeKeyCommand({ KeyId: 'fake-key-id' })),
      ...{ name: 'NotFoundException', message: "Invalid keyId 'fake-key-id'", status: 400 },
    },
    {
      recorded: 'test_put_events_nonexistent_event_bus',
      call: () =>
        aws.events.send(
          new events.PutEventsCommand({
            Entries: [{ EventBusName: 'no-such-bus', Source: 'a', DetailType: 'a', Detail: '{}' }],
          }),
        ),
      ...{ name: 'ResourceNotFoundException', message: 'Event bus no-such-bus does not exist.', status: 400 },
    },
  ]);

  test('test_sign_verify: a digest of another length is no digest', async () => {
    const { KeyMetadata } = await aws.kms.send(
      new kms.CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
    );
    const sign = () =>
      aws.kms.send(
        new kms.SignCommand({
          ...{ KeyId: KeyMetadata?.KeyId, Message: Buffer.from('no digest'), MessageType: 'DIGEST' },
          SigningAlgorithm: 'ECDSA_SHA_256',
        }),
      );
    expect(await refusalOf(sign)).toMatchObject({
      name: 'ValidationException',
      message: 'Digest is invalid length for algorithm ECDSA_SHA_256.',
    });
  });
});
