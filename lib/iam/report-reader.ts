import { Aws } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { REPORT_READER_ROLE } from '../names.ts';
import { acknowledgeWildcards, document, type Grant } from './role.ts';

/**
 * The role signs the links to reports and certificates in messages. A URL has the permissions of its signer, and
 * expires with the signer's credentials. The role may read pages, and nothing else.
 */
export class ReportReader extends Construct {
  constructor(scope: Construct, id: string, props: { bucket: s3.Bucket; signer: lambda.IFunction }) {
    super(scope, id);
    const grants: Grant[] = [
      {
        actions: ['s3:GetObject'],
        resources: ['runs/*/validations/*/report.html', 'runs/*/certificate.html'].map((page) =>
          props.bucket.arnForObjects(`environments/*/${page}`),
        ),
        wildcardReason: 'Pages of environments and runs are known by their pattern.',
      },
    ];
    // IAM refuses a principal that does not exist, and the signer's role may be a second old. The account always exists, and the condition
    // admits that role alone.
    const signer = new iam.PrincipalWithConditions(new iam.AccountPrincipal(Aws.ACCOUNT_ID), {
      ArnEquals: { 'aws:PrincipalArn': props.signer.role?.roleArn ?? '' },
    });
    const role = new iam.Role(this, 'Role', {
      roleName: REPORT_READER_ROLE,
      description: 'What a link in a message may read: reports and certificates',
      assumedBy: signer,
      inlinePolicies: { grants: document(grants) },
    });
    acknowledgeWildcards(role, grants);
  }
}
