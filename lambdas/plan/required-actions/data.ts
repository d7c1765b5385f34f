import { of, type RequiredActions, row } from './row.ts';

const ec2 = (...operations: string[]) => of('ec2', ...operations);
const source = (file: string, ...read: RequiredActions['read']) => row(file, null, { read });

/** Data sources. Identity and partition are known to whoever has credentials, and documents are made by Terraform alone. */
export const DATA: Readonly<Record<string, RequiredActions>> = {
  aws_acm_certificate: source(
    'acm/certificate_data_source.go',
    ...of('acm', 'ListCertificates', 'DescribeCertificate', 'GetCertificate', 'ListTagsForCertificate'),
  ),
  aws_ami: source('ec2/ec2_ami_data_source.go', ...ec2('DescribeImages')),
  aws_availability_zones: source('ec2/ec2_availability_zones_data_source.go', ...ec2('DescribeAvailabilityZones')),
  aws_caller_identity: source('sts/caller_identity_data_source.go'),
  aws_iam_policy_document: source('iam/policy_document_data_source.go'),
  aws_partition: source('meta/partition_data_source.go'),
  aws_region: source('meta/region_data_source.go'),
  aws_route53_zone: source(
    'route53/zone_data_source.go',
    ...of(
      'route53',
      'ListHostedZones',
      'ListHostedZonesByName',
      'GetHostedZone',
      'ListResourceRecordSets',
      'ListTagsForResource',
    ),
  ),
  aws_rds_cluster: source('rds/cluster_data_source.go', ...of('rds', 'DescribeDBClusters', 'ListTagsForResource')),
  aws_db_instance: source('rds/instance_data_source.go', ...of('rds', 'DescribeDBInstances', 'ListTagsForResource')),
  aws_secretsmanager_secret: source(
    'secretsmanager/secret_data_source.go',
    ...of('secretsmanager', 'DescribeSecret', 'GetResourcePolicy'),
  ),
  aws_secretsmanager_secret_version: source(
    'secretsmanager/secret_version_data_source.go',
    ...of('secretsmanager', 'GetSecretValue'),
  ),
  aws_security_group: source('ec2/vpc_security_group_data_source.go', ...ec2('DescribeSecurityGroups')),
  aws_service: source('meta/service_data_source.go'),
  aws_ssm_parameter: source('ssm/parameter_data_source.go', ...of('ssm', 'GetParameter')),
  aws_subnet: source('ec2/vpc_subnet_data_source.go', ...ec2('DescribeSubnets')),
  aws_subnets: source('ec2/vpc_subnets_data_source.go', ...ec2('DescribeSubnets')),
  aws_vpc: source('ec2/vpc_data_source.go', ...ec2('DescribeVpcs', 'DescribeVpcAttribute', 'DescribeRouteTables')),
};
