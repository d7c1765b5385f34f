import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateSubnetCommand, CreateVpcCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  CreateDBClusterCommand,
  CreateDBClusterSnapshotCommand,
  CreateDBInstanceCommand,
  CreateDBParameterGroupCommand,
  CreateDBSnapshotCommand,
  CreateDBSubnetGroupCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { ClientConfig } from '../../../lab/context.ts';

/** The functions plant resources with data: databases and their leftovers, buckets, tables, keys, secrets. */

export async function plantRds(config: ClientConfig, prefix: string): Promise<void> {
  const rds = new RDSClient(config);
  const ec2 = new EC2Client(config);
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.8.0.0/16' }));
  const subnets = await Promise.all(
    ['a', 'b'].map((zone, index) =>
      ec2.send(
        new CreateSubnetCommand({
          VpcId: Vpc?.VpcId,
          CidrBlock: `10.8.${index}.0/24`,
          AvailabilityZone: `eu-west-1${zone}`,
        }),
      ),
    ),
  );
  await rds.send(
    new CreateDBSubnetGroupCommand({
      DBSubnetGroupName: `${prefix}-db`,
      DBSubnetGroupDescription: 'planted',
      SubnetIds: subnets.map(({ Subnet }) => Subnet?.SubnetId ?? ''),
    }),
  );
  await rds.send(
    new CreateDBParameterGroupCommand({
      DBParameterGroupName: `${prefix}-db`,
      DBParameterGroupFamily: 'postgres17',
      Description: 'planted',
    }),
  );
  const database = {
    DBInstanceIdentifier: `${prefix}-db`,
    DBInstanceClass: 'db.t4g.micro',
    Engine: 'postgres',
    AllocatedStorage: 20,
    MasterUsername: 'planter',
    MasterUserPassword: 'a-long-password',
    BackupRetentionPeriod: 1,
  };
  await rds.send(new CreateDBInstanceCommand(database));
  await rds.send(
    new CreateDBSnapshotCommand({
      DBInstanceIdentifier: `${prefix}-db`,
      DBSnapshotIdentifier: `final-of-${prefix.length}-${prefix.replaceAll('-', '')}`,
    }),
  );
  const cluster = { Engine: 'aurora-postgresql', MasterUsername: 'planter', MasterUserPassword: 'a-long-password' };
  await rds.send(new CreateDBClusterCommand({ ...cluster, DBClusterIdentifier: `${prefix}-aurora` }));
  await rds.send(
    new CreateDBClusterSnapshotCommand({
      DBClusterIdentifier: `${prefix}-aurora`,
      DBClusterSnapshotIdentifier: `${prefix}-aurora-final`,
    }),
  );
}

export const plantBucket = (config: ClientConfig, prefix: string) =>
  new S3Client(config).send(
    new CreateBucketCommand({
      Bucket: `${prefix}-tfstate-123456789012`,
      CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' },
    }),
  );

export const plantTable = (config: ClientConfig, prefix: string) =>
  new DynamoDBClient(config).send(
    new CreateTableCommand({
      TableName: `${prefix}-tflock`,
      AttributeDefinitions: [{ AttributeName: 'LockID', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'LockID', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );

export async function plantKey(config: ClientConfig, prefix: string): Promise<void> {
  const kms = new KMSClient(config);
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  await kms.send(new CreateAliasCommand({ AliasName: `alias/${prefix}-data`, TargetKeyId: KeyMetadata?.KeyId }));
}

/** Plants one secret by name, and one as RDS creates it for a database, whose name shows nothing. */
export async function plantSecrets(config: ClientConfig, prefix: string): Promise<void> {
  const secrets = new SecretsManagerClient(config);
  await secrets.send(new CreateSecretCommand({ Name: `${prefix}-token`, SecretString: 'x' }));
  await secrets.send(
    new CreateSecretCommand({
      Name: `rds!db-${crypto.randomUUID()}`,
      SecretString: 'x',
      Tags: [
        { Key: 'aws:rds:primaryDBInstanceArn', Value: `arn:aws:rds:eu-west-1:123456789012:db:${prefix}-db` },
        { Key: 'aws:secretsmanager:owningService', Value: 'rds' },
      ],
    }),
  );
}
