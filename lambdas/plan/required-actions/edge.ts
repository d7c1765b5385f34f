import { of, type RequiredActions, row } from './row.ts';

/** Names, certificates, distributions, keys, files and parameters. */

const cloudfront = (...operations: string[]) => of('cloudfront', ...operations);
const route53 = (...operations: string[]) => of('route53', ...operations);
const kms = (...operations: string[]) => of('kms', ...operations);
const efs = (...operations: string[]) => of('elasticfilesystem', ...operations);
const ssm = (...operations: string[]) => of('ssm', ...operations);
const acm = (...operations: string[]) => of('acm', ...operations);
const EFS_TAGS = efs('TagResource', 'UntagResource', 'ListTagsForResource');

export const KEYS: Readonly<Record<string, RequiredActions>> = {
  aws_kms_key: row('kms/key.go', 'AWS::KMS::Key', {
    create: kms('CreateKey'),
    read: kms('DescribeKey', 'GetKeyPolicy', 'GetKeyRotationStatus'),
    update: kms('UpdateKeyDescription', 'PutKeyPolicy', 'EnableKey', 'DisableKey'),
    delete: kms('ScheduleKeyDeletion'),
    tag: kms('TagResource', 'UntagResource', 'ListResourceTags'),
    when: { enable_key_rotation: kms('EnableKeyRotation', 'DisableKeyRotation') },
  }),
  aws_kms_alias: row(
    'kms/alias.go',
    'AWS::KMS::Alias',
    {
      // Each is asked for on the key, too.
      create: kms('CreateAlias alias/*', 'CreateAlias key/*'),
      read: kms('ListAliases'),
      update: kms('UpdateAlias alias/*', 'UpdateAlias key/*'),
      delete: kms('DeleteAlias alias/*', 'DeleteAlias key/*'),
    },
    'https://docs.aws.amazon.com/kms/latest/developerguide/alias-access.html',
  ),
};

export const FILES: Readonly<Record<string, RequiredActions>> = {
  aws_efs_file_system: row(
    'efs/file_system.go',
    'AWS::EFS::FileSystem',
    {
      create: [...efs('CreateFileSystem'), ...of('iam', 'CreateServiceLinkedRole role/aws-service-role/*')],
      read: efs('DescribeFileSystems', 'DescribeLifecycleConfiguration'),
      update: efs('UpdateFileSystem', 'UpdateFileSystemProtection'),
      delete: efs('DeleteFileSystem'),
      tag: EFS_TAGS,
      when: {
        lifecycle_policy: efs('PutLifecycleConfiguration'),
        kms_key_id: kms('DescribeKey', 'CreateGrant', 'GenerateDataKeyWithoutPlaintext'),
      },
    },
    'https://docs.aws.amazon.com/efs/latest/ug/using-service-linked-roles.html',
  ),
  aws_efs_mount_target: row(
    'efs/mount_target.go',
    'AWS::EFS::MountTarget',
    {
      create: [
        ...efs('CreateMountTarget'),
        ...of('ec2', 'CreateNetworkInterface', 'DescribeSubnets', 'DescribeNetworkInterfaces'),
      ],
      read: efs('DescribeMountTargets', 'DescribeMountTargetSecurityGroups'),
      update: efs('ModifyMountTargetSecurityGroups'),
      delete: [...efs('DeleteMountTarget'), ...of('ec2', 'DeleteNetworkInterface')],
    },
    'https://docs.aws.amazon.com/efs/latest/ug/API_CreateMountTarget.html',
  ),
  aws_efs_access_point: row('efs/access_point.go', 'AWS::EFS::AccessPoint', {
    create: efs('CreateAccessPoint'),
    read: efs('DescribeAccessPoints'),
    delete: efs('DeleteAccessPoint'),
    tag: EFS_TAGS,
  }),
};

export const EDGE: Readonly<Record<string, RequiredActions>> = {
  aws_cloudfront_distribution: row(
    'cloudfront/distribution.go',
    'AWS::CloudFront::Distribution',
    {
      create: cloudfront('CreateDistribution'),
      read: cloudfront('GetDistribution', 'GetDistributionConfig'),
      // Before it is deleted, it is disabled.
      update: cloudfront('UpdateDistribution'),
      delete: cloudfront('UpdateDistribution', 'DeleteDistribution'),
      tag: cloudfront('TagResource', 'UntagResource', 'ListTagsForResource'),
      when: {
        viewer_certificate: of('acm', 'ListCertificates'),
        web_acl_id: of('wafv2', 'GetWebACL'),
        logging_config: of('s3', 'GetBucketAcl', 'PutBucketAcl'),
      },
    },
    'https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/security_iam_id-based-policy-examples.html',
  ),
  aws_cloudfront_origin_access_control: row(
    'cloudfront/origin_access_control.go',
    'AWS::CloudFront::OriginAccessControl',
    {
      create: cloudfront('CreateOriginAccessControl'),
      read: cloudfront('GetOriginAccessControl'),
      update: cloudfront('UpdateOriginAccessControl'),
      delete: cloudfront('DeleteOriginAccessControl'),
    },
  ),
  aws_cloudfront_origin_access_identity: row(
    'cloudfront/origin_access_identity.go',
    'AWS::CloudFront::CloudFrontOriginAccessIdentity',
    {
      create: cloudfront('CreateCloudFrontOriginAccessIdentity'),
      read: cloudfront('GetCloudFrontOriginAccessIdentity'),
      update: cloudfront('UpdateCloudFrontOriginAccessIdentity'),
      delete: cloudfront('DeleteCloudFrontOriginAccessIdentity'),
    },
  ),
  aws_route53_zone: row('route53/zone.go', 'AWS::Route53::HostedZone', {
    create: [...route53('CreateHostedZone', 'GetChange'), ...of('ec2', 'DescribeVpcs')],
    read: route53('GetHostedZone', 'ListResourceRecordSets'),
    update: route53('UpdateHostedZoneComment', 'AssociateVPCWithHostedZone', 'DisassociateVPCFromHostedZone'),
    delete: route53('DeleteHostedZone'),
    tag: route53('ChangeTagsForResource', 'ListTagsForResource'),
    when: { force_destroy: route53('ChangeResourceRecordSets', 'ListResourceRecordSets') },
  }),
  aws_route53_record: row('route53/record.go', 'AWS::Route53::RecordSet', {
    create: route53('GetHostedZone', 'ChangeResourceRecordSets', 'GetChange'),
    read: route53('GetHostedZone', 'ListResourceRecordSets'),
    update: route53('ChangeResourceRecordSets', 'GetChange'),
    delete: route53('ChangeResourceRecordSets', 'GetChange'),
  }),
  aws_acm_certificate: row('acm/certificate.go', 'AWS::CertificateManager::Certificate', {
    create: acm('RequestCertificate'),
    read: acm('DescribeCertificate'),
    update: acm('UpdateCertificateOptions'),
    delete: acm('DeleteCertificate'),
    tag: acm('AddTagsToCertificate', 'RemoveTagsFromCertificate', 'ListTagsForCertificate'),
  }),
  aws_acm_certificate_validation: row('acm/certificate_validation.go', null, {
    create: acm('DescribeCertificate'),
    read: acm('DescribeCertificate'),
    delete: acm('DescribeCertificate'),
  }),
  aws_ssm_parameter: row('ssm/parameter.go', 'AWS::SSM::Parameter', {
    create: ssm('PutParameter'),
    read: ssm('GetParameter', 'DescribeParameters'),
    update: ssm('PutParameter'),
    delete: ssm('DeleteParameter'),
    tag: ssm('AddTagsToResource', 'RemoveTagsFromResource', 'ListTagsForResource'),
  }),
};
