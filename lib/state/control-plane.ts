import { Aws, Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { CERTIFICATE_KEY_ALIAS, controlBucketName, PREVIEWS } from '../../lambdas/contracts/deployed-names.ts';
import type { Config } from '../config/config.ts';
import { ENVIRONMENTS_TABLE } from '../names.ts';

/** Nobody reads the result of a preview after its command has ended. */
const PREVIEW_DAYS = 1;

/**
 * The construct contains the data about every environment: records in a table; bundles, plans, outputs and evidence in
 * a bucket.
 */
export class ControlPlane extends Construct {
  readonly bucket: s3.Bucket;
  readonly table: dynamodb.Table;
  /** The key signs certificates. Everyone may have the public key, which verifies them without AWS. */
  readonly certificateKey: kms.Key;

  constructor(scope: Construct, id: string, props: { config: Config }) {
    super(scope, id);
    const removalPolicy =
      props.config.controlPlane.onDelete === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;

    this.bucket = new s3.Bucket(this, 'Bucket', {
      bucketName: controlBucketName(Aws.ACCOUNT_ID, Aws.REGION),
      versioned: true,
      // The lock has no effect on an object without a retention. CloudFormation cannot turn it on later, because it would replace the
      // bucket, which has a name of its own.
      objectLockEnabled: true,
      encryption: s3.BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      lifecycleRules: [
        {
          id: 'previews',
          prefix: PREVIEWS,
          expiration: Duration.days(PREVIEW_DAYS),
          noncurrentVersionExpiration: Duration.days(1),
        },
      ],
      removalPolicy,
    });
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Server access logs are best effort and need a second bucket of their own; who read or wrote what is in CloudTrail data events, where an account turns them on.',
    });

    this.certificateKey = new kms.Key(this, 'CertificateKey', {
      alias: CERTIFICATE_KEY_ALIAS,
      description: 'Signs the certificates of teardowns',
      keySpec: kms.KeySpec.ECC_NIST_P256,
      keyUsage: kms.KeyUsage.SIGN_VERIFY,
      removalPolicy,
    });

    this.table = new dynamodb.Table(this, 'Environments', {
      tableName: ENVIRONMENTS_TABLE,
      partitionKey: { name: 'environment', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      encryption: dynamodb.TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy,
    });
  }
}
