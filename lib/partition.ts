import { RegionInfo } from 'aws-cdk-lib/region-info';

const CONSOLES: Readonly<Record<string, string>> = {
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

/** Returns `aws`, `aws-cn` or `aws-us-gov`. The function returns `aws` for a region that is newer than the CDK. */
export function partitionOf(region: string): string {
  return RegionInfo.get(region).partition ?? 'aws';
}

/** Returns the domain of the console, which follows the region in an address. */
export function consoleDomain(partition: string): string {
  return CONSOLES[partition] ?? 'console.aws.amazon.com';
}
