import { Aws } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { arn } from '../../names.ts';
import type { Grant } from '../role.ts';

const BY_TAG = 'EFS gives its resources ids, not names; the condition on the tag "project" is what limits this.';

/**
 * File systems and their access points, by `elasticfilesystem:CreateAction` and the project's tag:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticfilesystem.html
 */
export function fileGrants(construct: Construct, project: string): Grant[] {
  const files = ['file-system', 'access-point'].map((type) => arn(construct, 'elasticfilesystem', `${type}/*`));
  const ec2 = (...types: string[]) => types.map((type) => arn(construct, 'ec2', `${type}/*`));
  const requested = { 'aws:RequestTag/project': project };
  const tagged = { StringEquals: { 'aws:ResourceTag/project': project } };
  return [
    {
      // The action knows no resource.
      actions: ['elasticfilesystem:CreateFileSystem'],
      resources: ['*'],
      conditions: { StringEquals: requested },
      wildcardReason: BY_TAG,
    },
    {
      actions: ['elasticfilesystem:TagResource'],
      resources: files,
      conditions: {
        StringEquals: { ...requested, 'elasticfilesystem:CreateAction': ['CreateFileSystem', 'CreateAccessPoint'] },
      },
      wildcardReason: BY_TAG,
    },
    {
      actions: [
        'elasticfilesystem:CreateAccessPoint',
        'elasticfilesystem:CreateMountTarget',
        'elasticfilesystem:DeleteAccessPoint',
        'elasticfilesystem:DeleteFileSystem',
        'elasticfilesystem:DeleteMountTarget',
        'elasticfilesystem:DescribeAccessPoints',
        'elasticfilesystem:DescribeFileSystems',
        'elasticfilesystem:DescribeLifecycleConfiguration',
        'elasticfilesystem:DescribeMountTargetSecurityGroups',
        'elasticfilesystem:DescribeMountTargets',
        'elasticfilesystem:ListTagsForResource',
        'elasticfilesystem:ModifyMountTargetSecurityGroups',
        'elasticfilesystem:PutLifecycleConfiguration',
        'elasticfilesystem:TagResource',
        'elasticfilesystem:UntagResource',
        'elasticfilesystem:UpdateFileSystem',
        'elasticfilesystem:UpdateFileSystemProtection',
      ],
      resources: files,
      conditions: tagged,
      wildcardReason: BY_TAG,
    },
    // A mount target is an interface, which has no tag, in a subnet and with security groups, which have one.
    {
      actions: ['ec2:CreateNetworkInterface'],
      resources: ec2('subnet', 'security-group'),
      conditions: tagged,
      wildcardReason: BY_TAG,
    },
    {
      actions: ['ec2:CreateNetworkInterface'],
      resources: ec2('network-interface'),
      wildcardReason: 'EC2 asks for the action on the subnet as well, whose tag limits this.',
    },
    {
      actions: ['iam:CreateServiceLinkedRole'],
      resources: [`arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/aws-service-role/*`],
      conditions: { StringEquals: { 'iam:AWSServiceName': 'elasticfilesystem.amazonaws.com' } },
      wildcardReason: 'AWS names the role; the condition names the service that it is for.',
    },
    {
      actions: ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'],
      resources: ['*'],
      wildcardReason: 'These actions only read, and know no resource.',
    },
  ];
}
