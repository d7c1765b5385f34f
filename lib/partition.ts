import { RegionInfo } from 'aws-cdk-lib/region-info';

const CONSOLES: Readonly<Record<string, string>> = {
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

/** `aws`, `aws-cn` or `aws-us-gov`. A region that is newer than the CDK is AWS's own. */
export function partitionOf(region: string): string {
  return RegionInfo.get(region).partition ?? 'aws';
}

/** Of the console; a region comes before it. */
export function consoleDomain(partition: string): string {
  return CONSOLES[partition] ?? 'console.aws.amazon.com';
}
